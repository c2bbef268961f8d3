package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Objects;
import javax.lang.model.element.Modifier;

/**
 * Writes the plain class of one message: public fields that hold the schema's defaults, structs as nested classes, equality
 * by value, a {@code toString} that shows the size of buffers and not what is in them.
 */
final class MessageClass {
    static final ClassName MESSAGE = ClassName.get("io.highwater.protocol.message", "Message");

    private final MessageSchema message;
    private final ClassName name;

    MessageClass(final MessageSchema message, final String messagePackage) {
        this.message = message;
        this.name = ClassName.get(messagePackage, message.name());
    }

    TypeSpec toType() {
        final String versions =
                message.validVersions().lowest() == message.validVersions().highest()
                        ? "version " + message.validVersions().lowest()
                        : "versions " + message.validVersions().lowest() + " to "
                                + message.validVersions().highest();
        final TypeSpec.Builder type = struct(message.top(), name)
                .addSuperinterface(MESSAGE)
                .addJavadoc(
                        "The $L $L, $L. Generated from $L.\n",
                        message.kind(),
                        message.name(),
                        versions,
                        message.fileName())
                .addJavadoc("\n<p>Confined to one thread at a time; whoever passes it on gives it up.\n")
                .addMethod(MethodSpec.methodBuilder("apiKey")
                        .addAnnotation(Override.class)
                        .addModifiers(Modifier.PUBLIC)
                        .returns(TypeName.SHORT)
                        .addStatement("return $L", message.apiKey())
                        .build());
        for (final StructSchema struct : message.structs().values()) {
            final TypeSpec.Builder nested =
                    struct(struct, name.nestedClass(struct.name())).addModifiers(Modifier.STATIC);
            nested.addJavadoc(
                    "$L\n", javadoc(struct.about().isEmpty() ? "A part of " + message.name() + "." : struct.about()));
            type.addType(nested.build());
        }
        return type.build();
    }

    private TypeSpec.Builder struct(final StructSchema struct, final ClassName structName) {
        final TypeSpec.Builder type = TypeSpec.classBuilder(structName).addModifiers(Modifier.PUBLIC, Modifier.FINAL);
        for (final FieldSchema field : struct.fields()) {
            type.addField(field(field));
        }
        return type.addMethod(equalsMethod(struct, structName))
                .addMethod(hashCodeMethod(struct))
                .addMethod(toStringMethod(struct));
    }

    private FieldSpec field(final FieldSchema field) {
        final FieldSpec.Builder spec = FieldSpec.builder(field.type().javaType(name), field.javaName(), Modifier.PUBLIC)
                .initializer(DefaultValue.of(field).initialiser(name));
        if (!field.about().isEmpty()) {
            spec.addJavadoc("$L\n", javadoc(field.about()));
        }
        return spec.build();
    }

    private static MethodSpec equalsMethod(final StructSchema struct, final ClassName structName) {
        final MethodSpec.Builder method = MethodSpec.methodBuilder("equals")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .addParameter(Object.class, "other", Modifier.FINAL)
                .returns(TypeName.BOOLEAN);
        if (struct.fields().isEmpty()) {
            return method.addStatement("return other instanceof $T", structName).build();
        }
        final CodeBlock.Builder terms = CodeBlock.builder();
        for (final FieldSchema field : struct.fields()) {
            terms.add("\n&& ");
            final String own = field.javaName();
            if (!isPrimitive(field)) {
                terms.add("$T.equals(this.$L, that.$L)", Objects.class, own, own);
            } else if (field.type().kind() == FieldType.Kind.FLOAT64) {
                terms.add("$T.compare(this.$L, that.$L) == 0", Double.class, own, own);
            } else {
                terms.add("this.$L == that.$L", own, own);
            }
        }
        return method.addStatement("return other instanceof $T that$L", structName, terms.build())
                .build();
    }

    private static MethodSpec hashCodeMethod(final StructSchema struct) {
        final MethodSpec.Builder method = MethodSpec.methodBuilder("hashCode")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.INT)
                .addStatement("int hash = 1");
        for (final FieldSchema field : struct.fields()) {
            final TypeName box =
                    isPrimitive(field) ? field.type().kind().javaType().box() : ClassName.get(Objects.class);
            method.addStatement("hash = 31 * hash + $T.hashCode(this.$L)", box, field.javaName());
        }
        return method.addStatement("return hash").build();
    }

    private static MethodSpec toStringMethod(final StructSchema struct) {
        final CodeBlock.Builder text = CodeBlock.builder().add("$S", struct.name() + "(");
        String separator = "";
        for (final FieldSchema field : struct.fields()) {
            text.add("\n+ $S + ", separator + field.javaName() + "=");
            if (field.type().kind().isBuffer() && !field.type().array()) {
                text.add("$T.sizeOf(this.$L)", MESSAGE, field.javaName());
            } else {
                text.add("this.$L", field.javaName());
            }
            separator = ", ";
        }
        return MethodSpec.methodBuilder("toString")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(String.class)
                .addStatement("return $L\n+ \")\"", text.build())
                .build();
    }

    private static boolean isPrimitive(final FieldSchema field) {
        return !field.type().array()
                && !field.type().isStruct()
                && field.type().kind().javaType().isPrimitive();
    }

    private static String javadoc(final String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("*/", "*&#47;")
                .replace("@", "&#64;");
    }
}
