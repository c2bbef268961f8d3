package io.highwater.generator;

import com.palantir.javapoet.CodeBlock;

/**
 * Where a field's value is on the wire: in line, or as the payload of its tag. It answers what code there must ask at run
 * time. Immutable.
 *
 * @param message the message it is in
 * @param field   the field
 * @param tagged  whether this is the tag's payload
 * @param range   the versions that can occur in the enclosing method
 */
record FieldPlace(MessageSchema message, FieldSchema field, boolean tagged, Versions range) {
    /** Whether the field is at this place, in a version of the method's range. */
    VersionTest present() {
        return new VersionTest(tagged ? field.taggedVersions() : field.inlineVersions(), range);
    }

    /** The versions that can occur once {@link #present()} is known to be true. */
    Versions presentRange() {
        return present().asked().intersect(range);
    }

    /** Whether null is legal at this place. */
    VersionTest nullable() {
        return new VersionTest(field.nullableVersions(), presentRange());
    }

    /** An expression for "lengths and counts are compact here"; may use the method's local {@code flexible}. */
    CodeBlock flexible() {
        if (field.neverFlexible()) {
            return CodeBlock.of("false");
        }
        if (tagged) {
            return CodeBlock.of("true");
        }
        final VersionTest test = new VersionTest(message.flexibleVersions(), presentRange());
        return test.isNever() || test.isAlways() ? test.toCode() : CodeBlock.of("flexible");
    }

    /** The fewest bytes of one element, when the field is an array. */
    int minimumElementBytes() {
        return message.minimumElementBytes(field.type(), presentRange());
    }

    /**
     * The struct value that is written: a fresh default one stands for null. A tag is written only when its value is not
     * the default, which for a struct means that it is there, or null and legally so.
     */
    CodeBlock structValue() {
        final CodeBlock value = CodeBlock.of("m.$L", field.javaName());
        if (tagged || nullable().isAlways()) {
            return value;
        }
        final String type = message.name() + "." + field.type().structName();
        return CodeBlock.of("$L == null ? new $L() : $L", value, type, value);
    }
}
