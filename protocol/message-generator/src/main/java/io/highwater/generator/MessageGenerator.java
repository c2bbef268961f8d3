package io.highwater.generator;

import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.TypeSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The program: {@code --schemas <directory or classpath:folder> --package <base> --output <directory> [--api-keys]}.
 * Message classes go to {@code <base>.message}, codecs to {@code <base>.codec}, and with {@code --api-keys} the enum of
 * the APIs to {@code <base>}.
 *
 * <p>A build calls it each time, so it does nothing when neither the schemas nor the generator changed since the last run
 * (a digest kept beside the output says so), rewrites only files whose text differs, and removes those of messages that
 * are gone: a compiler that looks at times sees no change where there is none.
 */
public final class MessageGenerator {
    /** Whose bytes stand for "the generator": a change in any of them makes everything new. */
    private static final List<Class<?>> WRITERS = List.of(
            MessageGenerator.class,
            SchemaParser.class,
            MessageSchema.class,
            FieldSchema.class,
            FieldType.class,
            FieldPlace.class,
            VersionTest.class,
            Versions.class,
            DefaultValue.class,
            MessageClass.class,
            CodecClass.class,
            ReadCode.class,
            SizeCode.class,
            WriteCode.class,
            CodecsClass.class,
            ApiKeyClass.class);

    private final SchemaSource source;
    private final String basePackage;
    private final Path output;
    private final boolean withApiKeys;

    MessageGenerator(
            final SchemaSource source, final String basePackage, final Path output, final boolean withApiKeys) {
        this.source = source;
        this.basePackage = basePackage;
        this.output = output;
        this.withApiKeys = withApiKeys;
    }

    /** Runs the program; a fault in a schema ends it with an exception that names the file, and so fails the build. */
    public static void main(final String[] args) throws IOException {
        String schemas = null;
        String basePackage = null;
        String output = null;
        boolean withApiKeys = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--schemas" -> schemas = args[++i];
                case "--package" -> basePackage = args[++i];
                case "--output" -> output = args[++i];
                case "--api-keys" -> withApiKeys = true;
                default -> throw new IllegalArgumentException("unknown argument " + args[i]);
            }
        }
        if (schemas == null || basePackage == null || output == null) {
            throw new IllegalArgumentException("--schemas, --package and --output are needed");
        }
        new MessageGenerator(new SchemaSource(schemas), basePackage, Path.of(output), withApiKeys).run();
    }

    /** Brings the output up to date; true when it was not. */
    boolean run() throws IOException {
        final Map<String, String> files = source.read();
        final String digest = digest(files);
        final Path stamp = output.resolveSibling(output.getFileName() + ".sha256");
        if (Files.isDirectory(output)
                && Files.exists(stamp)
                && Files.readString(stamp).equals(digest)) {
            return false;
        }
        Files.createDirectories(output);
        Files.deleteIfExists(stamp);
        final Set<Path> written = write(parse(files));
        deleteAllBut(written);
        Files.writeString(stamp, digest);
        return true;
    }

    /** Every message that has a valid version, by name. */
    static Map<String, MessageSchema> parse(final Map<String, String> files) {
        final Map<String, MessageSchema> messages = new TreeMap<>();
        files.forEach((fileName, text) -> SchemaParser.parse(fileName, text).ifPresent(message -> {
            if (messages.put(message.name(), message) != null) {
                throw new SchemaException(fileName + ": there is another message " + message.name());
            }
        }));
        return messages;
    }

    private Set<Path> write(final Map<String, MessageSchema> messages) throws IOException {
        final String messagePackage = basePackage + ".message";
        final String codecPackage = basePackage + ".codec";
        final List<JavaFile> files = new ArrayList<>();
        for (final MessageSchema message : messages.values()) {
            files.add(file(messagePackage, new MessageClass(message, messagePackage).toType()));
            files.add(file(codecPackage, new CodecClass(message, messagePackage, codecPackage).toType()));
        }
        if (!messages.isEmpty()) {
            files.add(file(codecPackage, new CodecsClass(messages.values(), codecPackage).toType()));
        }
        if (withApiKeys) {
            files.add(file(basePackage, new ApiKeyClass(messages.values(), basePackage).toType()));
        }
        final Set<Path> written = new HashSet<>();
        for (final JavaFile file : files) {
            final Path path = output.resolve(file.packageName().replace('.', '/'))
                    .resolve(file.typeSpec().name() + ".java");
            written.add(path);
            final String text = file.toString();
            if (!Files.exists(path) || !Files.readString(path).equals(text)) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, text);
            }
        }
        return written;
    }

    private static JavaFile file(final String packageName, final TypeSpec type) {
        return JavaFile.builder(packageName, type)
                .addFileComment("Generated; changes are lost. The message-generator module writes it.")
                .skipJavaLangImports(true)
                .indent("    ")
                .build();
    }

    private void deleteAllBut(final Set<Path> written) throws IOException {
        try (Stream<Path> all = Files.walk(output)) {
            for (final Path path :
                    all.filter(file -> file.toString().endsWith(".java")).toList()) {
                if (!written.contains(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    private String digest(final Map<String, String> files) throws IOException {
        try {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (final Class<?> writer : WRITERS) {
                try (InputStream in = writer.getResourceAsStream(writer.getSimpleName() + ".class")) {
                    sha256.update(in.readAllBytes());
                }
            }
            sha256.update((basePackage + withApiKeys).getBytes(StandardCharsets.UTF_8));
            files.forEach((name, text) -> sha256.update((name + '\0' + text + '\0').getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
