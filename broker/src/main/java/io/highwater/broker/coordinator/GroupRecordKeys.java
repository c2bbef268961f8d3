package io.highwater.broker.coordinator;

import io.highwater.broker.core.RecordKeys;
import io.highwater.broker.group.GroupKeys;
import io.highwater.broker.group.GroupRecordSizes;
import io.highwater.protocol.message.Message;

/** The records of the {@code groups} core group as the core sees them. Safe for any thread because it has no state. */
public final class GroupRecordKeys implements RecordKeys {
    @Override
    public String keyOf(final Message record) {
        return GroupKeys.of(record);
    }

    @Override
    public long heldBytes(final Message record) {
        return GroupRecordSizes.heldBytes(record);
    }

    @Override
    public boolean isTombstone(final Message record) {
        return GroupKeys.isTombstone(record);
    }
}
