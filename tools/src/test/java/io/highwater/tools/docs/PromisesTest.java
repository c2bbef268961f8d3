package io.highwater.tools.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that documents name as the keepers of a promise or a rule must exist. */
class PromisesTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-z-]+)` \\| (held|planned) \\|.*\\|([^|]*)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)`");
    private static final Pattern METHOD = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
    private static final int PROMISES = 12;

    @Test
    void everyHeldPromiseHasTestsThatExist() throws IOException {
        final Path root = Path.of("").toAbsolutePath().getParent();
        final Set<String> tests = testClasses(root);
        final List<String> rows = Files.readAllLines(root.resolve("docs/invariants.md"));
        final List<String> broken = new ArrayList<>();
        int promises = 0;
        for (final String row : rows) {
            final Matcher matcher = ROW.matcher(row);
            if (matcher.matches()) {
                promises++;
                if ("held".equals(matcher.group(2))) {
                    check(matcher.group(1), matcher.group(3), tests, broken);
                }
            }
        }
        assertEquals(PROMISES, promises, "promises in docs/invariants.md");
        assertEquals(List.of(), broken);
    }

    @Test
    void everyRuleOfClassicGroupsHasTestsThatExist() throws IOException {
        final Path root = Path.of("").toAbsolutePath().getParent();
        final List<String> broken = new ArrayList<>();
        int rules = 0;
        for (final String row : Files.readAllLines(root.resolve("docs/classic-groups.md"))) {
            if (!row.startsWith("| ") || row.startsWith("| **") || row.startsWith("| rule ")) {
                continue;
            }
            rules++;
            final Matcher named = METHOD.matcher(row);
            if (!named.find()) {
                broken.add("held by no test: " + row);
                continue;
            }
            do {
                if (!isMethod(root, named.group(1), named.group(2))) {
                    broken.add(named.group() + " does not exist");
                }
            } while (named.find());
        }
        assertTrue(rules > 50, "rules in docs/classic-groups.md: " + rules);
        assertEquals(List.of(), broken);
    }

    private static boolean isMethod(final Path root, final String testClass, final String method) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("broker/src/test/java"))) {
            for (final Path file :
                    files.filter(path -> path.endsWith(testClass + ".java")).toList()) {
                if (Files.readString(file).contains("void " + method + "(")) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void check(
            final String promise, final String named, final Set<String> tests, final List<String> broken) {
        final Matcher matcher = TEST.matcher(named);
        int found = 0;
        while (matcher.find()) {
            found++;
            if (!tests.contains(matcher.group(1))) {
                broken.add(promise + " names " + matcher.group(1) + ", which does not exist");
            }
        }
        if (found == 0) {
            broken.add(promise + " is held by no test");
        }
    }

    private static Set<String> testClasses(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            final Set<String> classes = files.filter(file -> file.toString().contains("src/test/java"))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
            assertTrue(!classes.isEmpty());
            return classes;
        }
    }
}
