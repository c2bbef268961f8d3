package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * What a field holds: one value of a kind, or an array of them. Immutable.
 *
 * @param kind       the kind of the value, or of an array's element
 * @param structName the struct's name when the kind is {@link Kind#STRUCT}, else null
 * @param array      whether it is an array; arrays of arrays do not exist
 */
record FieldType(Kind kind, String structName, boolean array) {
    /** The kinds of the schema language, with what they are on the wire and in Java. */
    enum Kind {
        BOOL("Bool", 1, TypeName.BOOLEAN),
        INT8("Int8", 1, TypeName.BYTE),
        INT16("Int16", 2, TypeName.SHORT),
        UINT16("Uint16", 2, TypeName.INT),
        INT32("Int32", 4, TypeName.INT),
        INT64("Int64", 8, TypeName.LONG),
        FLOAT64("Float64", 8, TypeName.DOUBLE),
        UUID("Uuid", 16, ClassName.get(UUID.class)),
        STRING("String", -1, ClassName.get(String.class)),
        BYTES("Bytes", -1, ClassName.get(ByteBuffer.class)),
        RECORDS("Records", -1, ClassName.get(ByteBuffer.class)),
        STRUCT("Struct", -1, null);

        /** How the reader's and writer's methods call it: {@code readInt32}. */
        final String word;
        /** Bytes on the wire, −1 when they depend on the value. */
        final int fixedBytes;

        final TypeName javaType;

        Kind(final String word, final int fixedBytes, final TypeName javaType) {
            this.word = word;
            this.fixedBytes = fixedBytes;
            this.javaType = javaType;
        }

        boolean isFixed() {
            return fixedBytes > 0;
        }

        boolean isBuffer() {
            return this == BYTES || this == RECORDS;
        }
    }

    static FieldType parse(final String text) {
        if (text.startsWith("[]")) {
            final FieldType element = parse(text.substring(2));
            if (element.array) {
                throw new SchemaException("arrays of arrays are not part of the schema language: " + text);
            }
            return new FieldType(element.kind, element.structName, true);
        }
        if (!text.isEmpty() && Character.isUpperCase(text.charAt(0))) {
            return new FieldType(Kind.STRUCT, text, false);
        }
        for (final Kind kind : Kind.values()) {
            if (kind != Kind.STRUCT && kind.name().toLowerCase(Locale.ROOT).equals(text)) {
                return new FieldType(kind, null, false);
            }
        }
        throw new SchemaException("unknown type '" + text + "'");
    }

    boolean isStruct() {
        return kind == Kind.STRUCT;
    }

    /** Whether null can be told from a value. */
    boolean mayBeNullable() {
        return array || isStruct() || kind == Kind.STRING || kind.isBuffer();
    }

    /** The Java type of the field; structs are nested in {@code message}. */
    TypeName javaType(final ClassName message) {
        final TypeName element = elementType(message);
        return array ? ParameterizedTypeName.get(ClassName.get(List.class), element.box()) : element;
    }

    /** The Java type of the value, or of an array's element, not boxed. */
    TypeName elementType(final ClassName message) {
        return isStruct() ? message.nestedClass(structName) : kind.javaType;
    }
}
