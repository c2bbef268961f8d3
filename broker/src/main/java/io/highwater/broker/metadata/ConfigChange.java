package io.highwater.broker.metadata;

/**
 * One change of a config. Immutable.
 *
 * @param name the config.
 * @param operation what is to be done, null for a code that nobody knows.
 * @param value the new value, or elements of a list; null where there is none.
 */
record ConfigChange(String name, Operation operation, String value) {
    /** What IncrementalAlterConfigs can do (KIP-339), in the order of its codes. */
    enum Operation {
        /** Another value. */
        SET,
        /** Back to what is in force without. */
        DELETE,
        /** More elements of a list. */
        APPEND,
        /** Fewer elements of a list. */
        SUBTRACT;

        static Operation ofCodeOrNull(final byte code) {
            return code >= 0 && code < values().length ? values()[code] : null;
        }
    }
}
