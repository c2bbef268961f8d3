package io.highwater.generator;

import com.palantir.javapoet.CodeBlock;

/**
 * A question about {@code version}, as Java: "is it in these versions, given that it is in that range?". Immutable.
 *
 * <p>Inside a method only the versions of its message can occur, so most questions are always true or one comparison.
 *
 * @param asked the versions asked about
 * @param range the versions that can occur at that place
 */
record VersionTest(Versions asked, Versions range) {
    boolean isAlways() {
        return asked.covers(range);
    }

    boolean isNever() {
        return asked.intersect(range).isEmpty();
    }

    CodeBlock toCode() {
        if (isNever()) {
            return CodeBlock.of("false");
        }
        if (isAlways()) {
            return CodeBlock.of("true");
        }
        final Versions versions = asked.intersect(range);
        if (versions.lowest() <= range.lowest()) {
            return CodeBlock.of("version <= $L", versions.highest());
        }
        if (versions.highest() >= range.highest()) {
            return CodeBlock.of("version >= $L", versions.lowest());
        }
        return CodeBlock.of("version >= $L && version <= $L", versions.lowest(), versions.highest());
    }

    /** {@code code}, under an {@code if} where the answer is open; nothing when it is never true. */
    CodeBlock guard(final CodeBlock code) {
        if (isNever()) {
            return CodeBlock.of("");
        }
        return isAlways()
                ? code
                : CodeBlock.builder()
                        .beginControlFlow("if ($L)", toCode())
                        .add(code)
                        .endControlFlow()
                        .build();
    }
}
