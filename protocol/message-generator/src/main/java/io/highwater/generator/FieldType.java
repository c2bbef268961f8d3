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
        BOOL("Bool", 1),
        INT8("Int8", 1),
        INT16("Int16", 2),
        UINT16("Uint16", 2),
        INT32("Int32", 4),
        INT64("Int64", 8),
        FLOAT64("Float64", 8),
        UUID("Uuid", 16),
        STRING("String", -1),
        BYTES("Bytes", -1),
        RECORDS("Records", -1),
        STRUCT("Struct", -1);

        /** How the reader's and writer's methods call it: {@code readInt32}. */
        final String word;
        /** Bytes on the wire, −1 when they depend on the value. */
        final int fixedBytes;

        Kind(final String word, final int fixedBytes) {
            this.word = word;
            this.fixedBytes = fixedBytes;
        }

        /** The Java type of a value; a struct's depends on its name. */
        TypeName javaType() {
            return switch (this) {
                case BOOL -> TypeName.BOOLEAN;
                case INT8 -> TypeName.BYTE;
                case INT16 -> TypeName.SHORT;
                case UINT16, INT32 -> TypeName.INT;
                case INT64 -> TypeName.LONG;
                case FLOAT64 -> TypeName.DOUBLE;
                case UUID -> ClassName.get(UUID.class);
                case STRING -> ClassName.get(String.class);
                case BYTES, RECORDS -> ClassName.get(ByteBuffer.class);
                case STRUCT -> throw new IllegalStateException("a struct's type is named by its field");
            };
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
        return isStruct() ? message.nestedClass(structName) : kind.javaType();
    }
}
