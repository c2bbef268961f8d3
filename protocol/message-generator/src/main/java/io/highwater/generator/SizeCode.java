package io.highwater.generator;

import com.palantir.javapoet.CodeBlock;
import java.util.List;

/** Writes the body of a struct's size method, and the size of one tag's payload for {@link WriteCode}. */
final class SizeCode {
    private final MessageSchema message;
    private final StructSchema struct;
    private final Versions range;

    SizeCode(final MessageSchema message, final StructSchema struct) {
        this.message = message;
        this.struct = struct;
        this.range = message.rangeOf(struct);
    }

    CodeBlock body() {
        final CodeBlock.Builder code = CodeBlock.builder();
        // What every version of the method has in the same width is one constant.
        int constant = 0;
        final CodeBlock.Builder rest = CodeBlock.builder();
        for (final FieldSchema field : struct.fields()) {
            final FieldPlace place = new FieldPlace(message, field, false, range);
            final boolean fixed = field.type().kind().isFixed() && !field.type().array();
            if (place.present().isAlways() && fixed) {
                constant += field.type().kind().fixedBytes;
            } else if (!place.present().isNever()) {
                rest.add(place.present().guard(value(place, "size")));
            }
        }
        code.addStatement("int size = $L", constant).add(rest.build());
        return code.add(tags()).addStatement("return size").build();
    }

    /** Adds the bytes of the value at {@code place} to the local variable {@code sum}. */
    static CodeBlock value(final FieldPlace place, final String sum) {
        final FieldSchema field = place.field();
        final FieldType type = field.type();
        final CodeBlock value = CodeBlock.of("m.$L", field.javaName());
        if (type.array()) {
            return array(place, sum);
        }
        if (type.kind().isFixed()) {
            return statement("$L += $L", sum, type.kind().fixedBytes);
        }
        if (!type.isStruct()) {
            return statement(
                    "$L += $T.of$L($L, $L, $L)",
                    sum,
                    CodecClass.SIZES,
                    type.kind().word,
                    value,
                    place.flexible(),
                    place.nullable().toCode());
        }
        final CodeBlock body = statement("$L += size$L($L, version)", sum, type.structName(), place.structValue());
        return CodeBlock.builder()
                .add(place.nullable().guard(statement("$L += 1", sum)))
                .add(WriteCode.unlessNull(place, body))
                .build();
    }

    private static CodeBlock array(final FieldPlace place, final String sum) {
        final FieldType type = place.field().type();
        final CodeBlock value = CodeBlock.of("m.$L", place.field().javaName());
        final CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("$L += $T.ofCount($L, $L)", sum, CodecClass.SIZES, value, place.flexible());
        if (type.kind().isFixed()) {
            code.beginControlFlow("if ($L != null)", value)
                    .addStatement("$L += $L * $L.size()", sum, type.kind().fixedBytes, value);
            return code.endControlFlow().build();
        }
        final CodeBlock element = CodeBlock.of("$L.get(i)", value);
        code.beginControlFlow("for (int i = 0, n = $L == null ? 0 : $L.size(); i < n; i++)", value, value);
        if (type.isStruct()) {
            code.addStatement("$L += size$L($L, version)", sum, type.structName(), element);
        } else {
            code.addStatement(
                    "$L += $T.of$L($L, $L, false)", sum, CodecClass.SIZES, type.kind().word, element, place.flexible());
        }
        return code.endControlFlow().build();
    }

    private CodeBlock tags() {
        final VersionTest flexible = new VersionTest(message.flexibleVersions(), range);
        final CodeBlock.Builder code = CodeBlock.builder();
        if (flexible.isNever()) {
            return code.build();
        }
        if (!flexible.isAlways()) {
            code.beginControlFlow("if (flexible)");
        }
        final List<FieldPlace> places = WriteCode.taggedPlaces(message, struct);
        if (places.isEmpty()) {
            code.addStatement("size += 1");
        } else {
            code.addStatement("int tags = 0");
            for (final FieldPlace place : places) {
                code.beginControlFlow("if ($L)", WriteCode.isWritten(place))
                        .addStatement("tags++")
                        .addStatement("int payload = 0")
                        .add(value(place, "payload"))
                        .addStatement(
                                "size += $L + $T.ofUvarint(payload) + payload",
                                uvarintBytes(place.field().tag()),
                                CodecClass.SIZES)
                        .endControlFlow();
            }
            code.addStatement("size += $T.ofUvarint(tags)", CodecClass.SIZES);
        }
        if (!flexible.isAlways()) {
            code.endControlFlow();
        }
        return code.build();
    }

    private static int uvarintBytes(final int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
    }

    private static CodeBlock statement(final String format, final Object... args) {
        return CodeBlock.builder().addStatement(format, args).build();
    }
}
