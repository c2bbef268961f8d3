package io.highwater.generator;

import com.palantir.javapoet.CodeBlock;
import java.util.List;

/** Writes the body of a struct's write method. */
final class WriteCode {
    private final MessageSchema message;
    private final StructSchema struct;
    private final Versions range;

    WriteCode(final MessageSchema message, final StructSchema struct) {
        this.message = message;
        this.struct = struct;
        this.range = message.rangeOf(struct);
    }

    CodeBlock body() {
        final CodeBlock.Builder code = CodeBlock.builder();
        for (final FieldSchema field : struct.fields()) {
            final FieldPlace place = new FieldPlace(message, field, false, range);
            final VersionTest present = place.present();
            if (present.isAlways()) {
                code.add(value(place));
            } else if (!present.isNever()) {
                code.beginControlFlow("if ($L)", present.toCode())
                        .add(value(place))
                        .endControlFlow();
            }
        }
        return code.add(tags()).build();
    }

    /** The tagged fields of {@code struct} that some version of it can carry, by ascending tag. */
    static List<FieldPlace> taggedPlaces(final MessageSchema message, final StructSchema struct) {
        return FieldSchema.taggedOf(struct.fields()).stream()
                .map(field -> new FieldPlace(message, field, true, message.rangeOf(struct)))
                .filter(place -> !place.present().isNever())
                .toList();
    }

    /** An expression for "this tag is written": its version, and a value other than the default. */
    static CodeBlock isWritten(final FieldPlace place) {
        final VersionTest present = place.present();
        final CodeBlock differs = DefaultValue.of(place.field())
                .differs(CodeBlock.of("m.$L", place.field().javaName()));
        return present.isAlways() ? differs : CodeBlock.of("$L && $L", present.toCode(), differs);
    }

    /** A struct's {@code body}, left out where the value is null and may be. */
    static CodeBlock unlessNull(final FieldPlace place, final CodeBlock body) {
        final VersionTest nullable = place.nullable();
        final boolean neverNull = place.tagged() && place.field().isNullByDefault();
        if (nullable.isNever() || neverNull) {
            return body;
        }
        final CodeBlock present = CodeBlock.of("m.$L != null", place.field().javaName());
        final CodeBlock test = nullable.isAlways() ? present : CodeBlock.of("$L || !($L)", present, nullable.toCode());
        return CodeBlock.builder()
                .beginControlFlow("if ($L)", test)
                .add(body)
                .endControlFlow()
                .build();
    }

    private static CodeBlock value(final FieldPlace place) {
        final FieldSchema field = place.field();
        final FieldType type = field.type();
        final CodeBlock value = CodeBlock.of("m.$L", field.javaName());
        if (type.array()) {
            return array(place);
        }
        if (!type.isStruct()) {
            return simple(place, value, place.nullable().toCode());
        }
        final String marker =
                place.tagged() ? "out.writeUvarint($L == null ? 0 : 1)" : "out.writeInt8($L == null ? -1 : 1)";
        return CodeBlock.builder()
                .add(place.nullable().guard(statement(marker, value)))
                .add(unlessNull(place, statement("write$L($L, out, version)", type.structName(), place.structValue())))
                .build();
    }

    private static CodeBlock statement(final String format, final Object... args) {
        return CodeBlock.builder().addStatement(format, args).build();
    }

    private static CodeBlock simple(final FieldPlace place, final CodeBlock value, final CodeBlock nullable) {
        final FieldType.Kind kind = place.field().type().kind();
        final CodeBlock.Builder code = CodeBlock.builder();
        if (kind.isFixed()) {
            code.addStatement("out.write$L($L)", kind.word, value);
        } else {
            code.addStatement("out.write$L($L, $L, $L)", kind.word, value, place.flexible(), nullable);
        }
        return code.build();
    }

    private static CodeBlock array(final FieldPlace place) {
        final FieldType type = place.field().type();
        final CodeBlock value = CodeBlock.of("m.$L", place.field().javaName());
        final CodeBlock element = CodeBlock.of("$L.get(i)", value);
        final CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement(
                "out.writeCount($L, $L, $L)",
                value,
                place.flexible(),
                place.nullable().toCode());
        code.beginControlFlow("for (int i = 0, n = $L == null ? 0 : $L.size(); i < n; i++)", value, value);
        if (type.isStruct()) {
            code.addStatement("write$L($L, out, version)", type.structName(), element);
        } else {
            code.add(simple(place, element, CodeBlock.of("false")));
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
        final List<FieldPlace> places = taggedPlaces(message, struct);
        if (places.isEmpty()) {
            code.addStatement("out.writeUvarint(0)");
        } else {
            code.addStatement("int tags = 0");
            for (final FieldPlace place : places) {
                code.beginControlFlow("if ($L)", isWritten(place))
                        .addStatement("tags++")
                        .endControlFlow();
            }
            code.addStatement("out.writeUvarint(tags)");
            for (final FieldPlace place : places) {
                code.beginControlFlow("if ($L)", isWritten(place))
                        .addStatement("int payload = 0")
                        .add(SizeCode.value(place, "payload"))
                        .addStatement("out.writeUvarint($L)", place.field().tag())
                        .addStatement("out.writeUvarint(payload)")
                        .add(value(place))
                        .endControlFlow();
            }
        }
        if (!flexible.isAlways()) {
            code.endControlFlow();
        }
        return code.build();
    }
}
