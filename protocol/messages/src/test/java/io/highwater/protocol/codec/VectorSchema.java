package io.highwater.protocol.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** A message schema as the codec vectors see it: read here a second time, so that a misreading of the generator shows. */
final class VectorSchema {
    /** First and last version, both included; nothing when last is below first. */
    record Range(int first, int last) {
        static Range of(final String text) {
            if (text.equals("none")) {
                return new Range(0, -1);
            }
            final String range = text.replace("+", "-" + Short.MAX_VALUE);
            final int dash = range.indexOf('-');
            final String first = dash < 0 ? range : range.substring(0, dash);
            return new Range(Integer.parseInt(first), Integer.parseInt(range.substring(dash + 1)));
        }

        boolean has(final int version) {
            return version >= first && version <= last;
        }
    }

    record Field(
            String name,
            String type,
            boolean array,
            Range versions,
            Range nullable,
            boolean tagged,
            List<Field> fields) {
        boolean isStruct() {
            return !fields.isEmpty();
        }

        /** The name of our public field. */
        String ours() {
            final String lower = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            return lower.equals("default") ? "default_" : lower;
        }
    }

    final String name;
    final String kind;
    final int apiKey;
    final Range versions;
    final Range flexible;
    final List<Field> fields;

    private final Map<String, JsonNode> common = new HashMap<>();

    private VectorSchema(final JsonNode root) {
        name = root.path("name").asText();
        kind = root.path("type").asText();
        apiKey = root.path("apiKey").asInt(-1);
        versions = Range.of(root.path("validVersions").asText());
        flexible = Range.of(root.path("flexibleVersions").asText("none"));
        root.path("commonStructs")
                .forEach(struct -> common.put(struct.path("name").asText(), struct));
        fields = fields(root.path("fields"));
    }

    private List<Field> fields(final JsonNode nodes) {
        final List<Field> fields = new ArrayList<>();
        for (final JsonNode node : nodes) {
            final String type = node.path("type").asText();
            final String element = type.replace("[]", "");
            final JsonNode inner = node.has("fields")
                    ? node.path("fields")
                    : common.getOrDefault(element, node).path("fields");
            fields.add(new Field(
                    node.path("name").asText(),
                    element,
                    type.startsWith("[]"),
                    Range.of(node.path("versions").asText()),
                    Range.of(node.path("nullableVersions").asText("none")),
                    node.has("tag"),
                    fields(inner)));
        }
        return fields;
    }

    /** Every schema in the kafka-clients jar that has a valid version. */
    static List<VectorSchema> all() throws IOException {
        final String folder = "common/message/";
        final URL url = VectorSchema.class.getClassLoader().getResource(folder);
        final List<VectorSchema> schemas = new ArrayList<>();
        final JarURLConnection connection = (JarURLConnection) url.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (final JarEntry entry : jar.stream().toList()) {
                if (entry.getName().startsWith(folder) && entry.getName().endsWith(".json")) {
                    final String text = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    final VectorSchema schema =
                            new VectorSchema(new ObjectMapper().readTree(text.replaceAll("(?m)^\\s*//.*$", "")));
                    if (schema.versions.last() >= schema.versions.first()) {
                        schemas.add(schema);
                    }
                }
            }
        }
        return schemas;
    }
}
