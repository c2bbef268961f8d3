package io.highwater.broker.coordinator;

import io.highwater.broker.group.ClassicGroup;
import io.highwater.port.Shard;

/** A group in memory with what drives it. Confined to the coordinator's shard. */
final class CoordinatedGroup {
    private final ClassicGroup group;

    /** Commits that are proposed and not decided: what the log says of its offsets is not all. */
    private int commitsInFlight;

    private long heldBytes;

    private Shard.Timer timerOrNull;

    /** When the timer fires; {@link Long#MAX_VALUE} without one. */
    private long armedForMs = Long.MAX_VALUE;

    CoordinatedGroup(final ClassicGroup group) {
        this.group = group;
    }

    ClassicGroup group() {
        return group;
    }

    void commitBegins() {
        commitsInFlight++;
    }

    void commitEnds() {
        commitsInFlight--;
    }

    /** By how much the memory that it takes has grown since it was last asked. */
    long growth() {
        final long before = heldBytes;
        heldBytes = group.heldBytes();
        return heldBytes - before;
    }

    /** What it took when it was last asked for its growth. */
    long heldBytes() {
        return heldBytes;
    }

    /** True when the log says everything about it. */
    boolean isIdle() {
        return commitsInFlight == 0 && group.isIdle();
    }

    boolean hasCommitsInFlight() {
        return commitsInFlight > 0;
    }

    /** Makes sure that {@code onTime} runs no later than the group's next deadline. An early one does no harm. */
    void arm(final Shard shard, final long nowMs, final Runnable onTime) {
        final long deadlineMs = group.nextDeadlineMs();
        if (deadlineMs >= armedForMs) {
            return;
        }
        disarm();
        armedForMs = deadlineMs;
        timerOrNull = shard.schedule(onTime, Math.max(deadlineMs - nowMs, 0));
    }

    /** The timer has fired, or is not wanted any more. */
    void disarm() {
        if (timerOrNull != null) {
            timerOrNull.cancel();
            timerOrNull = null;
        }
        armedForMs = Long.MAX_VALUE;
    }
}
