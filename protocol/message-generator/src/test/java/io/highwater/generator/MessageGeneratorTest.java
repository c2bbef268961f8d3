package io.highwater.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MessageGeneratorTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    Path directory;

    private Path schemas;
    private Path output;

    @BeforeEach
    void twoSchemas() throws IOException {
        schemas = Files.createDirectory(directory.resolve("schemas"));
        output = directory.resolve("generated");
        Files.writeString(schemas.resolve("One.json"), schema("One", "int32"));
        Files.writeString(schemas.resolve("Two.json"), schema("Two", "int64"));
    }

    private static String schema(final String name, final String type) {
        return """
                { "type": "data", "name": "%s", "validVersions": "0", "flexibleVersions": "none",
                  "fields": [ { "name": "Value", "type": "%s", "versions": "0+" } ] }
                """.formatted(name, type);
    }

    private MessageGenerator generator(final String basePackage) {
        return new MessageGenerator(new SchemaSource(schemas.toString()), basePackage, output, false);
    }

    private Path generated(final String name) {
        return output.resolve("a/b/message").resolve(name + ".java");
    }

    @Test
    void doesNothingWhenNothingChanged() throws IOException {
        assertTrue(generator("a.b").run());
        Files.setLastModifiedTime(generated("One"), LONG_AGO);

        assertFalse(generator("a.b").run());

        assertEquals(LONG_AGO, Files.getLastModifiedTime(generated("One")));
    }

    @Test
    void writesOnlyTheFilesWhoseTextChanged() throws IOException {
        generator("a.b").run();
        Files.setLastModifiedTime(generated("One"), LONG_AGO);
        Files.setLastModifiedTime(generated("Two"), LONG_AGO);
        Files.writeString(schemas.resolve("Two.json"), schema("Two", "int8"));

        assertTrue(generator("a.b").run());

        assertEquals(LONG_AGO, Files.getLastModifiedTime(generated("One")));
        assertTrue(Files.readString(generated("Two")).contains("public byte value"));
    }

    @Test
    void removesWhatIsNoLongerGenerated() throws IOException {
        generator("a.b").run();
        Files.delete(schemas.resolve("Two.json"));

        generator("a.b").run();

        assertTrue(Files.exists(generated("One")));
        assertFalse(Files.exists(generated("Two")));
    }

    @Test
    void startsAgainWhenTheLastRunDidNotEnd() throws IOException {
        Files.writeString(schemas.resolve("Two.json"), schema("Two", "int33"));
        assertThrows(SchemaException.class, () -> generator("a.b").run());
        assertThrows(SchemaException.class, () -> generator("a.b").run());
        Files.writeString(schemas.resolve("Two.json"), schema("Two", "int32"));

        assertTrue(generator("a.b").run());
    }

    @Test
    void movesToAnotherPackageWhenAsked() throws IOException {
        generator("a.b").run();

        assertTrue(generator("c.d").run());

        assertFalse(Files.exists(generated("One")));
        assertTrue(Files.exists(output.resolve("c/d/codec/OneCodec.java")));
    }

    @Test
    void writesNothingForAnEmptyDirectory() throws IOException {
        Files.delete(schemas.resolve("One.json"));
        Files.delete(schemas.resolve("Two.json"));

        generator("a.b").run();

        try (var files = Files.list(output)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void namesTheArgumentThatIsMissingOrUnknown() {
        assertThrows(IllegalArgumentException.class, () -> MessageGenerator.main(new String[] {"--schemas", "x"}));
        assertThrows(IllegalArgumentException.class, () -> MessageGenerator.main(new String[] {"--else"}));
    }
}
