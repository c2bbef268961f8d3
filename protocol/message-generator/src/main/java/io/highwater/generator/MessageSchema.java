package io.highwater.generator;

import java.util.Map;

/**
 * One message, checked and resolved. Immutable.
 *
 * @param fileName         where it was read from
 * @param kind             request, response, header, data, or one of ours (command, record)
 * @param apiKey           −1 when it has none
 * @param validVersions    never empty
 * @param flexibleVersions those with compact lengths and tagged sections; empty or open-ended
 * @param top              the message's own fields
 * @param structs          every struct in it by name, in the order of definition
 */
record MessageSchema(
        String fileName,
        String kind,
        int apiKey,
        Versions validVersions,
        Versions flexibleVersions,
        StructSchema top,
        Map<String, StructSchema> structs) {

    String name() {
        return top.name();
    }

    /** Whether {@code struct} is the message itself; no struct in it has its name. */
    boolean isTop(final StructSchema struct) {
        return struct.name().equals(name());
    }

    StructSchema struct(final FieldType type) {
        return structs.get(type.structName());
    }

    /** The versions of this message in which {@code struct} can be on the wire. */
    Versions rangeOf(final StructSchema struct) {
        return validVersions.intersect(struct.versions());
    }

    /** The fewest bytes that one element of an array of {@code type} takes in any version of {@code range}; at least 1. */
    int minimumElementBytes(final FieldType type, final Versions range) {
        int minimum = Integer.MAX_VALUE;
        for (int version = range.lowest(); version <= range.highest(); version++) {
            minimum = Math.min(minimum, minimumValueBytes(type, version, flexibleVersions.contains(version)));
        }
        return Math.max(1, minimum);
    }

    private int minimumValueBytes(final FieldType type, final int version, final boolean flexible) {
        return switch (type.kind()) {
            case STRUCT -> minimumStructBytes(struct(type), version);
            case STRING -> flexible ? 1 : 2;
            case BYTES, RECORDS -> flexible ? 1 : 4;
            default -> type.kind().fixedBytes;
        };
    }

    private int minimumStructBytes(final StructSchema struct, final int version) {
        final boolean flexible = flexibleVersions.contains(version);
        int bytes = flexible ? 1 : 0;
        for (final FieldSchema field : struct.fields()) {
            if (!field.inlineVersions().contains(version)) {
                continue;
            }
            if (field.type().array()) {
                bytes += flexible ? 1 : 4;
            } else if (field.type().isStruct() && field.nullableVersions().contains(version)) {
                bytes += 1;
            } else {
                bytes += minimumValueBytes(field.type(), version, flexible && !field.neverFlexible());
            }
        }
        return bytes;
    }
}
