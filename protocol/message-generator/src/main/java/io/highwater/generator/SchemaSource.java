package io.highwater.generator;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Where the schema files are: a directory, or a folder inside a jar on this program's own class path
 * ({@code classpath:common/message} with {@code kafka-clients} there). Only {@code *.json} counts.
 */
final class SchemaSource {
    private static final String CLASSPATH = "classpath:";

    private final String location;

    SchemaSource(final String location) {
        this.location = location;
    }

    /** Every file's text by its name, in the order of names. */
    Map<String, String> read() throws IOException {
        final Map<String, String> files =
                location.startsWith(CLASSPATH) ? readJar(location.substring(CLASSPATH.length())) : readDirectory();
        return files;
    }

    private Map<String, String> readDirectory() throws IOException {
        final Path directory = Path.of(location);
        if (!Files.isDirectory(directory)) {
            throw new SchemaException("no such directory of schemas: " + location);
        }
        final Map<String, String> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (final Path file :
                    entries.filter(path -> path.toString().endsWith(".json")).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    private static Map<String, String> readJar(final String folder) throws IOException {
        final URL url = SchemaSource.class.getClassLoader().getResource(folder);
        if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
            throw new SchemaException("no jar on the class path has a folder " + folder);
        }
        final Map<String, String> files = new TreeMap<>();
        // A cached connection would share its JarFile with the class loader, and closing it would break class loading.
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (final JarEntry entry : jar.stream().toList()) {
                final String name = entry.getName();
                if (name.startsWith(folder + "/") && name.endsWith(".json")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        final String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                        files.put(name.substring(folder.length() + 1), text);
                    }
                }
            }
        }
        return files;
    }
}
