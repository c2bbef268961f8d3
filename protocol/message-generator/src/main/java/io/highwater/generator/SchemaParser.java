package io.highwater.generator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/**
 * Reads one schema file: JSON with whole-line {@code //} comments. Checks everything that the code writers rely on, so that
 * what they cannot express is refused here, by name: unknown keys and types, unknown or recursive structs (so that the
 * depth of a codec's recursion is the depth of its schema), tags used twice, defaults that do not fit.
 */
final class SchemaParser {
    /** The first API key that no release of Kafka will use; APIs of our own start here and are flexible from version 0. */
    static final int OWN_API_KEYS = 10_000;

    private static final Pattern COMMENT_LINE = Pattern.compile("(?m)^\\s*//.*$");
    private static final Set<String> KINDS = Set.of("request", "response", "header", "data", "command", "record");
    private static final Set<String> MESSAGE_KEYS = Set.of(
            "type",
            "name",
            "apiKey",
            "listeners",
            "validVersions",
            "flexibleVersions",
            "fields",
            "commonStructs",
            "latestVersionUnstable",
            "about");
    private static final Set<String> STRUCT_KEYS = Set.of("name", "versions", "fields", "about");
    private static final Set<String> FIELD_KEYS = Set.of(
            "name",
            "type",
            "versions",
            "nullableVersions",
            "taggedVersions",
            "tag",
            "default",
            "ignorable",
            "mapKey",
            "entityType",
            "about",
            "fields",
            "zeroCopy",
            "flexibleVersions");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String fileName;
    private final Map<String, StructSchema> structs = new LinkedHashMap<>();

    private SchemaParser(final String fileName) {
        this.fileName = fileName;
    }

    /** The message of the file; nothing when it has no valid version any more. */
    static Optional<MessageSchema> parse(final String fileName, final String text) {
        try {
            final JsonNode root = JSON.readTree(COMMENT_LINE.matcher(text).replaceAll(""));
            return new SchemaParser(fileName).message(root);
        } catch (final JsonProcessingException e) {
            throw new SchemaException(fileName + ": " + e.getMessage(), e);
        } catch (final SchemaException e) {
            throw e.getMessage().startsWith(fileName) ? e : new SchemaException(fileName + ": " + e.getMessage(), e);
        }
    }

    private Optional<MessageSchema> message(final JsonNode root) {
        refuseUnknownKeys(root, MESSAGE_KEYS, "message");
        final Versions valid = Versions.parse(text(root, "validVersions"));
        if (valid.isEmpty()) {
            return Optional.empty();
        }
        final String kind = text(root, "type");
        if (!KINDS.contains(kind)) {
            throw new SchemaException("unknown type of message '" + kind + "'");
        }
        final int apiKey = root.path("apiKey").asInt(-1);
        final Versions flexible = Versions.parse(text(root, "flexibleVersions"));
        if (valid.isOpen() || !(flexible.isEmpty() || flexible.isOpen())) {
            throw new SchemaException("valid versions have an end, flexible versions have none");
        }
        if (apiKey >= OWN_API_KEYS && !flexible.covers(valid)) {
            throw new SchemaException("APIs of our own are flexible in every version");
        }
        for (final JsonNode common : root.path("commonStructs")) {
            refuseUnknownKeys(common, STRUCT_KEYS, "common struct");
            addStruct(new StructSchema(
                    text(common, "name"),
                    Versions.parse(text(common, "versions")),
                    fields(common.path("fields")),
                    common.path("about").asText("")));
        }
        final StructSchema top = new StructSchema(
                text(root, "name"),
                valid,
                fields(root.path("fields")),
                root.path("about").asText(""));
        if (structs.containsKey(top.name())) {
            throw new SchemaException("a struct has the name of its message");
        }
        final MessageSchema message = new MessageSchema(fileName, kind, apiKey, valid, flexible, top, structs);
        resolve(message, top, new ArrayList<>());
        return Optional.of(message);
    }

    private List<FieldSchema> fields(final JsonNode nodes) {
        final List<FieldSchema> fields = new ArrayList<>();
        final Set<String> names = new HashSet<>();
        final Set<Integer> tags = new HashSet<>();
        for (final JsonNode node : nodes) {
            final FieldSchema field = field(node);
            if (!names.add(field.javaName())) {
                throw new SchemaException("field " + field.name() + " is there twice");
            }
            if (field.tag() >= 0 && !tags.add(field.tag())) {
                throw new SchemaException("tag " + field.tag() + " is there twice");
            }
            fields.add(field);
        }
        return List.copyOf(fields);
    }

    private FieldSchema field(final JsonNode node) {
        final String name = text(node, "name");
        refuseUnknownKeys(node, FIELD_KEYS, "field " + name);
        final FieldType type = FieldType.parse(text(node, "type"));
        final Versions versions = Versions.parse(text(node, "versions"));
        if (node.has("fields")) {
            if (!type.isStruct()) {
                throw new SchemaException("field " + name + " has fields but is no struct");
            }
            addStruct(new StructSchema(
                    type.structName(),
                    versions,
                    fields(node.path("fields")),
                    node.path("about").asText("")));
        }
        final FieldSchema field = new FieldSchema(
                name,
                javaName(name),
                type,
                versions,
                Versions.parse(node.path("nullableVersions").asText("none")),
                Versions.parse(node.path("taggedVersions").asText("none")),
                node.path("tag").asInt(-1),
                node.path("flexibleVersions").asText("").equals("none"),
                node.has("default") ? node.path("default").asText() : null,
                node.path("about").asText(""));
        check(field, node);
        return field;
    }

    private static void check(final FieldSchema field, final JsonNode node) {
        final Versions tagged = field.taggedVersions();
        if (tagged.isEmpty() != (field.tag() < 0)) {
            throw new SchemaException("field " + field.name() + " needs both a tag and tagged versions, or neither");
        }
        if (!tagged.isEmpty() && !(tagged.isOpen() && field.versions().covers(tagged))) {
            throw new SchemaException(
                    "field " + field.name() + ": tagged versions are open-ended and part of its versions");
        }
        if (!field.nullableVersions().isEmpty() && !field.type().mayBeNullable()) {
            throw new SchemaException("field " + field.name() + " is of a type that has no null");
        }
        if ("null".equals(field.defaultValue()) && field.nullableVersions().isEmpty()) {
            throw new SchemaException("field " + field.name() + " is null by default but never nullable");
        }
        if (node.has("flexibleVersions") && !field.neverFlexible()) {
            throw new SchemaException(
                    "field " + field.name() + ": only \"none\" is known for a field's flexibleVersions");
        }
        DefaultValue.of(field);
    }

    private void addStruct(final StructSchema struct) {
        if (structs.put(struct.name(), struct) != null) {
            throw new SchemaException("struct " + struct.name() + " is defined twice");
        }
    }

    /** Finds every struct that is named, and that none contains itself. */
    private void resolve(final MessageSchema message, final StructSchema struct, final List<String> path) {
        if (path.contains(struct.name())) {
            throw new SchemaException("struct " + struct.name() + " contains itself: " + path);
        }
        path.add(struct.name());
        for (final FieldSchema field : struct.fields()) {
            final Versions tagged = field.taggedVersions().intersect(message.validVersions());
            if (!message.flexibleVersions().covers(tagged)) {
                throw new SchemaException("field " + field.name() + " is tagged in a version that is not flexible");
            }
            if (field.type().isStruct()) {
                final StructSchema inner = message.struct(field.type());
                if (inner == null) {
                    throw new SchemaException("field " + field.name() + ": no struct "
                            + field.type().structName());
                }
                resolve(message, inner, path);
            }
        }
        path.remove(path.size() - 1);
    }

    private static String javaName(final String name) {
        final String lower = Character.toLowerCase(name.charAt(0)) + name.substring(1);
        return SourceVersion.isKeyword(lower) ? lower + "_" : lower;
    }

    private static String text(final JsonNode node, final String key) {
        final JsonNode value = node.get(key);
        if (value == null || !value.isValueNode() || value.asText().isEmpty()) {
            throw new SchemaException(
                    "'" + key + "' is missing in " + node.path("name").asText("the message"));
        }
        return value.asText();
    }

    private static void refuseUnknownKeys(final JsonNode node, final Set<String> known, final String where) {
        for (final Map.Entry<String, JsonNode> property : node.properties()) {
            if (!known.contains(property.getKey())) {
                throw new SchemaException("unknown key '" + property.getKey() + "' in " + where);
            }
        }
    }
}
