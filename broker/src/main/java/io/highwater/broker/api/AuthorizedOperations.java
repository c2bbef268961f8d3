package io.highwater.broker.api;

/**
 * What a client may do, as bit sets of the protocol's operation codes (KIP-430). There is no authorizer, so it may do
 * all that has a meaning for the kind of resource.
 */
final class AuthorizedOperations {
    /** What an answer has when nobody asked. */
    static final int NOT_ASKED = Integer.MIN_VALUE;

    /** READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
    static final int OF_TOPIC = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;

    /** CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE. */
    static final int OF_CLUSTER = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;

    /** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
    static final int OF_GROUP = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

    private AuthorizedOperations() {}
}
