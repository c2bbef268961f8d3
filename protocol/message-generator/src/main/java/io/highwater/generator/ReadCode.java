package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.List;

/** Writes the body of a struct's read method. */
final class ReadCode {
    private final MessageSchema message;
    private final StructSchema struct;
    private final ClassName messageName;
    private final Versions range;

    ReadCode(final MessageSchema message, final StructSchema struct, final ClassName messageName) {
        this.message = message;
        this.struct = struct;
        this.messageName = messageName;
        this.range = message.rangeOf(struct);
    }

    CodeBlock body() {
        final ClassName type = message.isTop(struct) ? messageName : messageName.nestedClass(struct.name());
        final CodeBlock.Builder code = CodeBlock.builder().addStatement("final $T m = new $T()", type, type);
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
        return code.add(tags()).addStatement("return m").build();
    }

    private CodeBlock value(final FieldPlace place) {
        final FieldSchema field = place.field();
        final String target = field.javaName();
        if (field.type().array()) {
            return array(place);
        }
        final CodeBlock.Builder code = CodeBlock.builder();
        if (field.type().isStruct()) {
            code.add(structValue(place));
        } else {
            code.addStatement(
                    "m.$L = $L", target, simple(place, place.nullable().toCode()));
        }
        return code.build();
    }

    /** Before a nullable struct, present is 1 and null −1 in line; inside a tag's payload present is 1 and null 0. */
    private static CodeBlock structValue(final FieldPlace place) {
        final String target = place.field().javaName();
        final String struct = place.field().type().structName();
        final VersionTest nullable = place.nullable();
        final CodeBlock.Builder code = CodeBlock.builder();
        if (nullable.isNever()) {
            return code.addStatement("m.$L = read$L(in, version)", target, struct)
                    .build();
        }
        final CodeBlock marker =
                place.tagged() ? CodeBlock.of("in.readUvarint() == 0") : CodeBlock.of("in.readInt8() < 0");
        final CodeBlock isNull = nullable.isAlways() ? marker : CodeBlock.of("$L && $L", nullable.toCode(), marker);
        return code.addStatement("m.$L = $L ? null : read$L(in, version)", target, isNull, struct)
                .build();
    }

    private static CodeBlock simple(final FieldPlace place, final CodeBlock nullable) {
        final FieldType.Kind kind = place.field().type().kind();
        return kind.isFixed()
                ? CodeBlock.of("in.read$L()", kind.word)
                : CodeBlock.of("in.read$L($L, $L)", kind.word, place.flexible(), nullable);
    }

    private CodeBlock array(final FieldPlace place) {
        final FieldSchema field = place.field();
        final String target = field.javaName();
        final CodeBlock element = field.type().isStruct()
                ? CodeBlock.of("read$L(in, version)", field.type().structName())
                : simple(place, CodeBlock.of("false"));
        final CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement(
                "final int $LCount = in.readCount($L, $L, $L)",
                target,
                place.flexible(),
                place.nullable().toCode(),
                place.minimumElementBytes());
        code.addStatement(
                "final $T $LList = $LCount < 0 ? null : new $T<>($LCount)",
                field.type().javaType(messageName),
                target,
                target,
                ArrayList.class,
                target);
        code.beginControlFlow("for (int i = 0; i < $LCount; i++)", target)
                .addStatement("$LList.add($L)", target, element)
                .endControlFlow();
        return code.addStatement("m.$L = $LList", target, target).build();
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
        final List<FieldPlace> places = FieldSchema.taggedOf(struct.fields()).stream()
                .map(field -> new FieldPlace(message, field, true, range))
                .filter(place -> !place.present().isNever())
                .toList();
        if (places.isEmpty()) {
            code.addStatement("in.skipTags()");
        } else {
            code.beginControlFlow("for (int tags = in.readTagCount(); tags > 0; tags--)");
            code.addStatement("final int tag = in.readUvarint()");
            code.addStatement("final int tagEnd = in.beginTag()");
            String otherwise = "";
            for (final FieldPlace place : places) {
                final VersionTest present = place.present();
                final CodeBlock known = CodeBlock.of("tag == $L", place.field().tag());
                final CodeBlock test = present.isAlways() ? known : CodeBlock.of("$L && $L", known, present.toCode());
                code.beginControlFlow(otherwise + "if ($L)", test)
                        .add(value(place))
                        .addStatement("in.endTag(tagEnd)");
                code.unindent().add("}");
                otherwise = " else ";
            }
            code.add(" else {\n").indent().addStatement("in.skipTag(tagEnd)").endControlFlow();
            code.endControlFlow();
        }
        if (!flexible.isAlways()) {
            code.endControlFlow();
        }
        return code.build();
    }
}
