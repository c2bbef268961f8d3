package io.highwater.broker.core;

import io.highwater.protocol.message.Message;
import java.util.List;

/**
 * The command whose decision was made by its sender, the only writer of these records' keys: append them, in one entry.
 */
public final class AppendRecords implements Message {
    private final List<Message> records;

    /** The records in order, at least one. */
    public AppendRecords(final List<Message> records) {
        this.records = List.copyOf(records);
    }

    /** The records in order. */
    public List<Message> records() {
        return records;
    }

    @Override
    public short apiKey() {
        return -1;
    }

    @Override
    public String toString() {
        return "AppendRecords(" + records.size() + ")";
    }
}
