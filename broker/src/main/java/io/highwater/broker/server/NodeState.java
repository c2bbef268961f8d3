package io.highwater.broker.server;

/**
 * Where a node is in its life: it starts, may become ready, may fail, stops. A failure is for good. Safe for any thread.
 */
final class NodeState {
    private volatile boolean isReady;

    /** What the node can't go on after, null while there is none. */
    private volatile String failure;

    private boolean failedWhenReady;
    private boolean isStopping;

    /** True from ready to the failure or the begin of the stop. */
    boolean isReady() {
        return isReady;
    }

    /** Why the node can't go on; null while it can. */
    String failureOrNull() {
        return failure;
    }

    /** The start is through; false when the node failed on the way. */
    synchronized boolean becomeReady() {
        isReady = failure == null && !isStopping;
        return isReady;
    }

    /** The node can't go on. False when that was known already. */
    synchronized boolean fail(final String reason) {
        if (failure != null) {
            return false;
        }
        failure = reason;
        failedWhenReady = isReady;
        isReady = false;
        return true;
    }

    /** True when the failure did not end a start and came before any stop: somebody has to stop the node. */
    synchronized boolean isToBeStopped() {
        return failedWhenReady && !isStopping;
    }

    synchronized void beginStop() {
        isStopping = true;
        isReady = false;
    }
}
