package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * Writes the codec of one message: static read, size and write, a private trio per struct, and one {@code INSTANCE} for
 * dispatch over all messages.
 */
final class CodecClass {
    static final String RUNTIME_PACKAGE = "io.highwater.protocol.codec";
    static final ClassName READER = ClassName.get(RUNTIME_PACKAGE, "MessageReader");
    static final ClassName WRITER = ClassName.get(RUNTIME_PACKAGE, "MessageWriter");
    static final ClassName SIZES = ClassName.get(RUNTIME_PACKAGE, "WireSizes");
    static final ClassName CODEC = ClassName.get(RUNTIME_PACKAGE, "MessageCodec");

    private final MessageSchema message;
    private final ClassName messageName;
    private final ClassName codecName;

    CodecClass(final MessageSchema message, final String messagePackage, final String codecPackage) {
        this.message = message;
        this.messageName = ClassName.get(messagePackage, message.name());
        this.codecName = ClassName.get(codecPackage, message.name() + "Codec");
    }

    TypeSpec toType() {
        final TypeSpec.Builder type = TypeSpec.classBuilder(codecName)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .addJavadoc("Bytes of {@link $T}. Generated from $L.\n", messageName, message.fileName())
                .addJavadoc("\n<p>Safe for any thread because it holds no state.\n")
                .addField(version("LOWEST_VERSION", message.validVersions().lowest()))
                .addField(version("HIGHEST_VERSION", message.validVersions().highest()))
                .addField(FieldSpec.builder(codecOf(), "INSTANCE", Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
                        .addJavadoc("The same as an object, for dispatch over all messages.\n")
                        .initializer("new Instance()")
                        .build())
                .addMethod(MethodSpec.constructorBuilder()
                        .addModifiers(Modifier.PRIVATE)
                        .build())
                .addMethod(MethodSpec.methodBuilder("isFlexible")
                        .addJavadoc("Whether {@code version} has compact lengths and tagged fields.\n")
                        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .returns(TypeName.BOOLEAN)
                        .addStatement("return $L", flexibleTest(Versions.ALL).toCode())
                        .build());
        addTrio(type, message.top());
        for (final StructSchema struct : message.structs().values()) {
            if (!message.rangeOf(struct).isEmpty()) {
                addTrio(type, struct);
            }
        }
        for (final StructSchema struct : comparedStructs()) {
            type.addMethod(isDefaultMethod(struct));
        }
        return type.addType(instance()).build();
    }

    private static FieldSpec version(final String name, final int version) {
        return FieldSpec.builder(TypeName.SHORT, name, Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
                .initializer("$L", version)
                .build();
    }

    private VersionTest flexibleTest(final Versions range) {
        return new VersionTest(message.flexibleVersions(), range);
    }

    private TypeName codecOf() {
        return ParameterizedTypeName.get(CODEC, messageName);
    }

    private void addTrio(final TypeSpec.Builder type, final StructSchema struct) {
        final ClassName javaType = message.isTop(struct) ? messageName : messageName.nestedClass(struct.name());
        final MethodSpec.Builder read = method("read", struct, javaType)
                .addParameter(READER, "in", Modifier.FINAL)
                .returns(javaType);
        final MethodSpec.Builder size = method("size", struct, TypeName.INT)
                .addParameter(javaType, "m", Modifier.FINAL)
                .returns(TypeName.INT);
        final MethodSpec.Builder write = method("write", struct, TypeName.VOID)
                .addParameter(javaType, "m", Modifier.FINAL)
                .addParameter(WRITER, "out", Modifier.FINAL);
        if (message.isTop(struct)) {
            read.addJavadoc("Reads one message of {@code version}, a legal one; bytes after it are left alone.\n");
            size.addJavadoc("The bytes that {@link #write} writes for {@code m} as it is now.\n");
            write.addJavadoc(
                    "Writes {@code m}; what {@code version} cannot carry is dropped, an illegal null is empty.\n");
        }
        for (final MethodSpec.Builder method : new MethodSpec.Builder[] {read, size, write}) {
            method.addParameter(TypeName.SHORT, "version", Modifier.FINAL);
            if (message.isTop(struct)) {
                method.addStatement(
                        "$T.requireVersion($S, version, LOWEST_VERSION, HIGHEST_VERSION)", CODEC, message.name());
            }
            final VersionTest flexible = flexibleTest(message.rangeOf(struct));
            if (!flexible.isAlways() && !flexible.isNever()) {
                method.addStatement("final boolean flexible = $L", flexible.toCode());
            }
        }
        type.addMethod(
                read.addCode(new ReadCode(message, struct, messageName).body()).build());
        type.addMethod(size.addCode(new SizeCode(message, struct).body()).build());
        type.addMethod(write.addCode(new WriteCode(message, struct).body()).build());
    }

    private MethodSpec.Builder method(final String verb, final StructSchema struct, final TypeName returned) {
        return message.isTop(struct)
                ? MethodSpec.methodBuilder(verb)
                        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                        .returns(returned)
                : MethodSpec.methodBuilder(verb + struct.name())
                        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                        .returns(returned);
    }

    /** The structs that a tagged field holds, with all that those hold: each needs its "is it the default" test. */
    private Set<StructSchema> comparedStructs() {
        final Set<StructSchema> compared = new LinkedHashSet<>();
        addCompared(message.top(), compared);
        message.structs().values().stream()
                .filter(struct -> !message.rangeOf(struct).isEmpty())
                .forEach(struct -> addCompared(struct, compared));
        return compared;
    }

    private void addCompared(final StructSchema struct, final Set<StructSchema> compared) {
        for (final FieldSchema field : FieldSchema.taggedOf(struct.fields())) {
            final boolean occurs =
                    !field.taggedVersions().intersect(message.rangeOf(struct)).isEmpty();
            if (occurs && needsComparison(field)) {
                addWithInner(message.struct(field.type()), compared);
            }
        }
    }

    private void addWithInner(final StructSchema struct, final Set<StructSchema> compared) {
        compared.add(struct);
        for (final FieldSchema field : struct.fields()) {
            if (needsComparison(field)) {
                addWithInner(message.struct(field.type()), compared);
            }
        }
    }

    private static boolean needsComparison(final FieldSchema field) {
        return field.type().isStruct() && !field.type().array() && !field.isNullByDefault();
    }

    private MethodSpec isDefaultMethod(final StructSchema struct) {
        final CodeBlock.Builder differences = CodeBlock.builder();
        String separator = "";
        for (final FieldSchema field : struct.fields()) {
            final CodeBlock value = CodeBlock.of("m.$L", field.javaName());
            differences.add("$L$L", separator, DefaultValue.of(field).differs(value));
            separator = "\n|| ";
        }
        return MethodSpec.methodBuilder("isDefault" + struct.name())
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .addParameter(messageName.nestedClass(struct.name()), "m", Modifier.FINAL)
                .returns(TypeName.BOOLEAN)
                .addStatement(struct.fields().isEmpty() ? "return m != null" : "return !($L)", differences.build())
                .build();
    }

    private TypeSpec instance() {
        final TypeSpec.Builder type = TypeSpec.classBuilder("Instance")
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .addSuperinterface(codecOf())
                .addMethod(override("lowestVersion", TypeName.SHORT)
                        .addStatement("return LOWEST_VERSION")
                        .build())
                .addMethod(override("highestVersion", TypeName.SHORT)
                        .addStatement("return HIGHEST_VERSION")
                        .build())
                .addMethod(override("isFlexible", TypeName.BOOLEAN)
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .addStatement("return $T.isFlexible(version)", codecName)
                        .build())
                .addMethod(override("read", messageName)
                        .addParameter(READER, "in", Modifier.FINAL)
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .addStatement("return $T.read(in, version)", codecName)
                        .build())
                .addMethod(override("size", TypeName.INT)
                        .addParameter(messageName, "m", Modifier.FINAL)
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .addStatement("return $T.size(m, version)", codecName)
                        .build())
                .addMethod(override("write", TypeName.VOID)
                        .addParameter(messageName, "m", Modifier.FINAL)
                        .addParameter(WRITER, "out", Modifier.FINAL)
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .addStatement("$T.write(m, out, version)", codecName)
                        .build());
        return type.build();
    }

    private static MethodSpec.Builder override(final String name, final TypeName returned) {
        return MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(returned);
    }
}
