package io.highwater.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import com.palantir.javapoet.WildcardTypeName;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/** Writes {@code Codecs}: for each kind of message with an API key, the codec of a key. */
final class CodecsClass {
    private final Collection<MessageSchema> messages;
    private final ClassName messageType;
    private final String codecPackage;

    CodecsClass(final Collection<MessageSchema> messages, final String codecPackage) {
        this.messages = messages;
        this.messageType = MessageClass.MESSAGE;
        this.codecPackage = codecPackage;
    }

    TypeSpec toType() {
        final TreeMap<String, List<MessageSchema>> byKind = new TreeMap<>();
        for (final MessageSchema message : messages) {
            if (message.apiKey() >= 0) {
                byKind.merge(message.kind(), List.of(message), CodecsClass::join);
            }
        }
        final TypeSpec.Builder type = TypeSpec.classBuilder("Codecs")
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .addJavadoc("The codec of an API key. A codec's class is loaded when it is first asked for.\n")
                .addJavadoc("\n<p>Safe for any thread because it holds no state.\n")
                .addMethod(MethodSpec.constructorBuilder()
                        .addModifiers(Modifier.PRIVATE)
                        .build());
        byKind.forEach((kind, members) -> type.addMethod(lookup(kind, members)));
        return type.build();
    }

    private static List<MessageSchema> join(final List<MessageSchema> some, final List<MessageSchema> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private MethodSpec lookup(final String kind, final List<MessageSchema> members) {
        final TypeName codec = ParameterizedTypeName.get(CodecClass.CODEC, WildcardTypeName.subtypeOf(messageType));
        final MethodSpec.Builder method = MethodSpec.methodBuilder(kind)
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .addJavadoc("The $L's codec, null when there is none.\n", kind)
                .addParameter(TypeName.SHORT, "apiKey", Modifier.FINAL)
                .returns(codec)
                .beginControlFlow("switch (apiKey)");
        for (final MessageSchema member : members) {
            method.addCode("case $L:\n", member.apiKey());
            method.addStatement("$>return $T.INSTANCE$<", ClassName.get(codecPackage, member.name() + "Codec"));
        }
        return method.addCode("default:\n")
                .addStatement("$>return null$<")
                .endControlFlow()
                .build();
    }
}
