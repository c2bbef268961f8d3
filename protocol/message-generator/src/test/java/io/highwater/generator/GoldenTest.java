package io.highwater.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is generated from the schemas in {@code src/test/resources/schemas}, word for word, so that a change of the
 * generator is reviewed as a change of generated code. Record anew with {@code -Dgolden.record=true}. That the code does
 * what it should is the business of the messages module, which compiles and runs the same schemas.
 */
final class GoldenTest {
    private static final Path SCHEMAS = Path.of("src/test/resources/schemas");
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @Test
    void generatesWhatWasReviewed(@TempDir final Path directory) throws IOException {
        final Path output = directory.resolve("out");
        new MessageGenerator(new SchemaSource(SCHEMAS.toString()), "golden", output, true).run();
        final TreeMap<String, String> generated = new TreeMap<>();
        try (Stream<Path> files = Files.walk(output)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                generated.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        if (Boolean.getBoolean("golden.record")) {
            for (final var file : generated.entrySet()) {
                Files.writeString(GOLDEN.resolve(file.getKey() + ".txt"), file.getValue());
            }
        }
        final TreeMap<String, String> golden = new TreeMap<>();
        try (Stream<Path> files = Files.list(GOLDEN)) {
            for (final Path file : files.toList()) {
                golden.put(file.getFileName().toString().replace(".txt", ""), Files.readString(file));
            }
        }
        assertEquals(golden.keySet(), generated.keySet());
        golden.forEach((name, text) -> assertEquals(text, generated.get(name), name));
    }
}
