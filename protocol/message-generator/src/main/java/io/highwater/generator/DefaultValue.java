package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;

/**
 * What a field holds when nobody set it: zero, false, empty, the default struct, or what the schema says. Immutable.
 *
 * <p>Two forms are needed: the initialiser in the message class, and the test "differs from the default" that decides
 * whether a tagged field is written.
 */
final class DefaultValue {
    private static final ClassName UUIDS = ClassName.get("io.highwater.protocol", "Uuids");

    private final FieldSchema field;
    /** The literal of a fixed-width or string value; null for buffers, arrays, structs and null. */
    private final CodeBlock literal;

    private DefaultValue(final FieldSchema field, final CodeBlock literal) {
        this.field = field;
        this.literal = literal;
    }

    static DefaultValue of(final FieldSchema field) {
        final FieldType type = field.type();
        final String text = field.defaultValue() == null ? "" : field.defaultValue();
        if (field.isNullByDefault()) {
            return new DefaultValue(field, null);
        }
        if (type.array() || type.isStruct() || type.kind().isBuffer() || type.kind() == FieldType.Kind.UUID) {
            if (!text.isEmpty()) {
                throw new SchemaException("field " + field.name() + " cannot have the default '" + text + "'");
            }
            return new DefaultValue(field, null);
        }
        return new DefaultValue(field, literal(field, text));
    }

    private static CodeBlock literal(final FieldSchema field, final String text) {
        try {
            return switch (field.type().kind()) {
                case BOOL -> CodeBlock.of("$L", bool(field, text));
                case INT8 -> CodeBlock.of("$L", text.isEmpty() ? 0 : Byte.decode(text));
                case INT16 -> CodeBlock.of("$L", text.isEmpty() ? 0 : Short.decode(text));
                case UINT16 -> CodeBlock.of("$L", unsigned(field, text));
                case INT32 -> CodeBlock.of("$L", text.isEmpty() ? 0 : Integer.decode(text));
                case INT64 -> CodeBlock.of("$LL", text.isEmpty() ? 0 : Long.decode(text));
                case FLOAT64 -> CodeBlock.of("$LD", text.isEmpty() ? 0.0 : Double.parseDouble(text));
                default -> CodeBlock.of("$S", text);
            };
        } catch (final NumberFormatException e) {
            throw new SchemaException("field " + field.name() + " cannot have the default '" + text + "'", e);
        }
    }

    private static boolean bool(final FieldSchema field, final String text) {
        if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
            throw new SchemaException("field " + field.name() + " is true or false, not '" + text + "'");
        }
        return text.equals("true");
    }

    private static int unsigned(final FieldSchema field, final String text) {
        final int value = text.isEmpty() ? 0 : Integer.decode(text);
        if (value < 0 || value > 0xFFFF) {
            throw new SchemaException("field " + field.name() + " does not fit in 16 bits: " + value);
        }
        return value;
    }

    /** The right-hand side of the field's declaration. */
    CodeBlock initialiser(final ClassName message) {
        final FieldType type = field.type();
        if (field.isNullByDefault()) {
            return CodeBlock.of("null");
        }
        if (type.array()) {
            return CodeBlock.of("new $T<>()", ArrayList.class);
        }
        return switch (type.kind()) {
            case STRUCT -> CodeBlock.of("new $T()", type.elementType(message));
            case BYTES, RECORDS -> CodeBlock.of("$T.NO_BYTES", MessageClass.MESSAGE);
            case UUID -> CodeBlock.of("$T.ZERO", UUIDS);
            default -> literal;
        };
    }

    /** An expression that is true when {@code value} is not the default; structs ask the codec's isDefault method. */
    CodeBlock differs(final CodeBlock value) {
        final FieldType type = field.type();
        if (field.isNullByDefault()) {
            return CodeBlock.of("$L != null", value);
        }
        final boolean nullable = !field.nullableVersions().isEmpty();
        final CodeBlock nullDiffers =
                nullable ? CodeBlock.of("($L == null || ", value) : CodeBlock.of("($L != null && ", value);
        if (type.array()) {
            return CodeBlock.of("$L!$L.isEmpty())", nullDiffers, value);
        }
        return switch (type.kind()) {
            case STRUCT -> CodeBlock.of("$L!isDefault$L($L))", nullDiffers, type.structName(), value);
            case BYTES, RECORDS -> CodeBlock.of("$L$L.hasRemaining())", nullDiffers, value);
            case STRING -> CodeBlock.of("$L!$L.equals($L))", nullDiffers, value, literal);
            case UUID -> CodeBlock.of("!$L.equals($T.ZERO)", value, UUIDS);
            case BOOL -> CodeBlock.of("$L != $L", value, literal);
            default -> CodeBlock.of("$L != $L", value, literal);
        };
    }
}
