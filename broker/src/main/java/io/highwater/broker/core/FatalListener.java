package io.highwater.broker.core;

/** Hears that the core stopped because its disk failed: the node can't go on. Called on the core's shard, once. */
@FunctionalInterface
public interface FatalListener {
    /** The group whose log failed, and how. */
    void onCoreFailed(CoreGroup<?> group, Exception cause);
}
