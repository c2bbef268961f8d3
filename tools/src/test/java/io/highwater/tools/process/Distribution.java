package io.highwater.tools.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The packed distribution under test: what a user unpacks, run through its own launcher. */
public final class Distribution {
    private Distribution() {}

    /** The module's target folder. */
    public static Path target() {
        final Path here = Path.of("target").toAbsolutePath();
        return Files.isDirectory(here.resolve("highwater"))
                ? here
                : Path.of("tools/target").toAbsolutePath();
    }

    public static Path launcher() {
        final Path launcher = target().resolve("highwater/bin/highwater");
        if (!Files.isExecutable(launcher)) {
            throw new IllegalStateException(launcher + " is missing: run `mvn package` first");
        }
        return launcher;
    }

    public static List<Path> jars() throws java.io.IOException {
        try (Stream<Path> jars = Files.list(target().resolve("highwater/lib"))) {
            return jars.filter(path -> path.toString().endsWith(".jar"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    /** One archive for all tests of a build, away from the user's own cache. */
    public static Path cdsCache() {
        return target().resolve("cds");
    }
}
