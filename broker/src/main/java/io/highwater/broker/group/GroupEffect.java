package io.highwater.broker.group;

import io.highwater.broker.message.GroupStateRecord;

/** What a group wants done, in this order. Immutable but for the record, which the driver dates. */
public sealed interface GroupEffect {
    /** Answer this join. Every join gets exactly one. */
    record JoinReply(long handle, JoinAnswer answer) implements GroupEffect {}

    /** Answer this sync. Every sync gets exactly one. */
    record SyncReply(long handle, SyncAnswer answer) implements GroupEffect {}

    /**
     * Make the record durable, then call {@link ClassicGroup#onPersisted} or {@link ClassicGroup#onPersistFailed} with
     * the token. The driver sets {@code stateTimestampMs}: a group knows no wall clock.
     */
    record Persist(long token, GroupStateRecord record) implements GroupEffect {}

    /** Note for the log that the state changed. */
    record Moved(GroupState from, GroupState to, int generation, int members, String reason) implements GroupEffect {}
}
