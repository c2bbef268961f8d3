package io.highwater.broker.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.broker.server.BrokerConfig;
import io.highwater.protocol.ApiKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The operator's page says what the code says. */
class OperationsDocTest {
    private static final Pattern METRIC_ROW = Pattern.compile("\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\|.*");
    /** The last column of a row of server keys. */
    private static final Pattern KEY_TEST = Pattern.compile(" \\| `(\\w+)` \\|$");

    private static final Pattern TYPE_LINE = Pattern.compile("# TYPE ([a-z_]+) ([a-z]+)");

    @Test
    void theTableOfServerKeysIsTheListOfKeys() throws IOException {
        final List<String> expected = BrokerConfig.keys().stream()
                .map(key -> "| `" + key.name() + "` | "
                        + (key.defaultText().isEmpty() ? "(empty)" : "`" + key.defaultText() + "`") + " | " + key.doc()
                        + " |")
                .toList();

        final List<String> written = rows("## Server keys").stream()
                .map(row -> KEY_TEST.matcher(row).replaceFirst(" |"))
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", written));
    }

    @Test
    void everyServerKeyNamesATestOfItsEffectThatSetsTheKey() throws IOException {
        final List<String> broken = new ArrayList<>();
        final List<String> rows = rows("## Server keys");
        assertEquals(BrokerConfig.keys().size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            final String key = BrokerConfig.keys().get(i).name();
            final Matcher named = KEY_TEST.matcher(rows.get(i));
            if (!named.find()) {
                broken.add(key + " names no test");
            } else if (!sourceOfTest(named.group(1)).contains(key)) {
                broken.add(key + " names " + named.group(1) + ", which is not there or does not speak of the key");
            }
        }
        assertEquals(List.of(), broken);
    }

    /** The source of a test class of this module; empty when there is none of that name. */
    private static String sourceOfTest(final String name) throws IOException {
        final Path tests = page().getParent().resolveSibling("broker").resolve("src/test/java");
        try (Stream<Path> files = Files.walk(tests)) {
            final Optional<Path> found = files.filter(
                            file -> file.getFileName().toString().equals(name + ".java"))
                    .findFirst();
            return found.isPresent() ? Files.readString(found.get()) : "";
        }
    }

    @Test
    void theTableOfMetricsIsWhatAScrapeShows() throws IOException {
        final Metrics metrics = new Metrics();
        metrics.api(ApiKey.FETCH);
        final String page = new Scrape(metrics, new FixedReadings()).text();
        final TreeSet<String> shown = new TreeSet<>();
        for (final String line : page.split("\n", -1)) {
            final Matcher type = TYPE_LINE.matcher(line);
            if (type.matches()) {
                shown.add(type.group(1) + " " + type.group(2));
            }
        }
        final TreeSet<String> written = new TreeSet<>();
        for (final String row : rows("## Metrics")) {
            final Matcher metric = METRIC_ROW.matcher(row);
            assertEquals(true, metric.matches(), row);
            written.add(metric.group(1) + " " + metric.group(2));
        }

        assertEquals(String.join("\n", shown), String.join("\n", written));
    }

    /** The rows, without head and rule, of the first table under a heading. */
    private static List<String> rows(final String heading) throws IOException {
        final List<String> lines = Files.readAllLines(page());
        final List<String> rows = new ArrayList<>();
        int at = lines.indexOf(heading) + 1;
        assertEquals(true, at > 0, heading);
        while (!lines.get(at).startsWith("|")) {
            at++;
        }
        for (at += 2; at < lines.size() && lines.get(at).startsWith("|"); at++) {
            rows.add(lines.get(at));
        }
        return rows;
    }

    private static Path page() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            final Path page = folder.resolve("docs").resolve("operations.md");
            if (Files.exists(page)) {
                return page;
            }
            folder = folder.getParent();
        }
        throw new AssertionError("no docs/operations.md above " + Path.of("").toAbsolutePath());
    }
}
