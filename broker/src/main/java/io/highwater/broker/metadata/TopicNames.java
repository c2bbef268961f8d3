package io.highwater.broker.metadata;

/** The rules for topic names, which are the ecosystem's. Pure functions, safe for any thread. */
public final class TopicNames {
    /** The longest name, in characters: a directory name of it and a partition number still fits file systems. */
    public static final int LENGTH_MAX = 249;

    /** Where other brokers keep committed offsets; ours are in the core. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";

    /** Where other brokers keep transaction states; ours are in the core. */
    public static final String TRANSACTION_STATE = "__transaction_state";

    private static final String CLUSTER_METADATA = "__cluster_metadata";

    private TopicNames() {}

    /** True for the two topics that clients take for internal. */
    public static boolean isInternal(final String name) {
        return name.equals(CONSUMER_OFFSETS) || name.equals(TRANSACTION_STATE);
    }

    /** True for the name of the metadata log, which no topic may have. */
    static boolean isReserved(final String name) {
        return name.equals(CLUSTER_METADATA);
    }

    /** What is wrong with the name, or null. */
    public static String problemOrNull(final String name) {
        if (name.isEmpty()) {
            return "Topic name is invalid: the empty string is not allowed";
        }
        if (name.equals(".") || name.equals("..")) {
            return "Topic name is invalid: '" + name + "' is not allowed";
        }
        if (name.length() > LENGTH_MAX) {
            return "Topic name is invalid: the length of '" + name.substring(0, 32) + "...' is longer than the max"
                    + " allowed length " + LENGTH_MAX;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                return "Topic name is invalid: '" + name
                        + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
            }
        }
        return null;
    }

    /** True when the name could collide with another: metrics names know no difference between dot and underscore. */
    static boolean canCollide(final String name) {
        return name.indexOf('.') >= 0 || name.indexOf('_') >= 0;
    }

    /** Equal for names that collide. */
    static String collisionKey(final String name) {
        return name.replace('.', '_');
    }

    private static boolean isLegal(final char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }
}
