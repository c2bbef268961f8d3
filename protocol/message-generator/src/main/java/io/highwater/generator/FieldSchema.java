package io.highwater.generator;

import java.util.Comparator;
import java.util.List;

/**
 * One field of a struct. Immutable.
 *
 * @param name             as the schema has it, for messages to people
 * @param javaName         the name of the Java field
 * @param versions         where it is on the wire at all
 * @param nullableVersions where null is legal
 * @param taggedVersions   where it is in the tagged section; below them, in {@code versions}, it stands in line
 * @param tag              its tag, −1 when it is never tagged
 * @param neverFlexible    keeps the fixed-width length prefix in flexible versions too (the client id of the header)
 * @param defaultValue     as written in the schema, {@code "null"} included; null when the schema names none
 * @param about            the schema's own words
 */
record FieldSchema(
        String name,
        String javaName,
        FieldType type,
        Versions versions,
        Versions nullableVersions,
        Versions taggedVersions,
        int tag,
        boolean neverFlexible,
        String defaultValue,
        String about) {

    /** The versions in which the field stands in line with the others. */
    Versions inlineVersions() {
        return taggedVersions.isEmpty() ? versions : versions.below(taggedVersions.lowest());
    }

    boolean isNullByDefault() {
        return "null".equals(defaultValue) && type.mayBeNullable();
    }

    /** The fields of {@code fields} that have a tag in any version, by ascending tag. */
    static List<FieldSchema> taggedOf(final List<FieldSchema> fields) {
        return fields.stream()
                .filter(field -> !field.taggedVersions.isEmpty())
                .sorted(Comparator.comparingInt(FieldSchema::tag))
                .toList();
    }
}
