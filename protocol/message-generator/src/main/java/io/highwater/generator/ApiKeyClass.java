package io.highwater.generator;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Modifier;

/** Writes the {@code ApiKey} enum: every request's key with the versions that its schema knows. */
final class ApiKeyClass {
    private static final String SUFFIX = "Request";

    private final List<MessageSchema> requests;
    private final ClassName name;

    ApiKeyClass(final Collection<MessageSchema> messages, final String basePackage) {
        this.requests = messages.stream()
                .filter(message -> message.kind().equals("request"))
                .sorted(Comparator.comparingInt(MessageSchema::apiKey))
                .toList();
        this.name = ClassName.get(basePackage, "ApiKey");
    }

    TypeSpec toType() {
        final TypeSpec.Builder type = TypeSpec.enumBuilder(name)
                .addModifiers(Modifier.PUBLIC)
                .addJavadoc(
                        "The APIs of the protocol. The versions are those that the schemas describe and the codecs\n")
                .addJavadoc("know; what a broker serves is its own decision.\n")
                .addJavadoc("\n<p>Safe for any thread because it is immutable.\n");
        for (final MessageSchema request : requests) {
            final Versions flexible = request.flexibleVersions().intersect(request.validVersions());
            type.addEnumConstant(
                    constantName(request.name()),
                    TypeSpec.anonymousClassBuilder(
                                    "$L, $L, $L, $L",
                                    request.apiKey(),
                                    request.validVersions().lowest(),
                                    request.validVersions().highest(),
                                    flexible.isEmpty() ? Versions.OPEN : flexible.lowest())
                            .build());
        }
        addFields(type);
        addAccessors(type);
        return type.build();
    }

    private void addFields(final TypeSpec.Builder type) {
        final int highest = requests.get(requests.size() - 1).apiKey();
        type.addField(FieldSpec.builder(
                                ArrayTypeName.of(name), "BY_ID", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                        .initializer("new $T[$L]", name, highest + 1)
                        .build())
                .addStaticBlock(CodeBlock.builder()
                        .beginControlFlow("for (final $T key : values())", name)
                        .addStatement("BY_ID[key.id] = key")
                        .endControlFlow()
                        .build());
        final MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
        for (final String field : List.of("id", "lowestVersion", "highestVersion", "firstFlexibleVersion")) {
            type.addField(TypeName.SHORT, field, Modifier.PRIVATE, Modifier.FINAL);
            constructor
                    .addParameter(TypeName.INT, field, Modifier.FINAL)
                    .addStatement("this.$L = (short) $L", field, field);
        }
        type.addMethod(constructor.build());
    }

    private void addAccessors(final TypeSpec.Builder type) {
        type.addMethod(accessor("id", TypeName.SHORT, "The key on the wire.")
                        .addStatement("return id")
                        .build())
                .addMethod(accessor("lowestVersion", TypeName.SHORT, "The lowest version that the schema describes.")
                        .addStatement("return lowestVersion")
                        .build())
                .addMethod(accessor("highestVersion", TypeName.SHORT, "The highest version that the schema describes.")
                        .addStatement("return highestVersion")
                        .build())
                .addMethod(accessor(
                                "isFlexible",
                                TypeName.BOOLEAN,
                                "Whether {@code version} has compact lengths and tagged fields.")
                        .addParameter(TypeName.SHORT, "version", Modifier.FINAL)
                        .addStatement("return version >= firstFlexibleVersion")
                        .build())
                .addMethod(accessor("forId", name, "The API of a key, null when no schema knows it.")
                        .addModifiers(Modifier.STATIC)
                        .addParameter(TypeName.SHORT, "id", Modifier.FINAL)
                        .addStatement("return id < 0 || id >= BY_ID.length ? null : BY_ID[id]")
                        .build());
    }

    private static MethodSpec.Builder accessor(final String name, final TypeName type, final String about) {
        return MethodSpec.methodBuilder(name)
                .addJavadoc("$L\n", about)
                .addModifiers(Modifier.PUBLIC)
                .returns(type);
    }

    /** {@code ListOffsetsRequest} becomes {@code LIST_OFFSETS}. */
    static String constantName(final String requestName) {
        if (!requestName.endsWith(SUFFIX)) {
            throw new SchemaException("the name of a request ends in " + SUFFIX + ": " + requestName);
        }
        final String bare = requestName.substring(0, requestName.length() - SUFFIX.length());
        return bare.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
