package io.highwater.generator;

/** A schema that cannot be turned into code; the message names the file or field and the reason. */
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaException(final String message) {
        super(message);
    }

    SchemaException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
