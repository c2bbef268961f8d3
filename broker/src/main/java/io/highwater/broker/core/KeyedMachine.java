package io.highwater.broker.core;

import io.highwater.broker.metadata.Decision;
import io.highwater.broker.metadata.PersistentMap;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the {@link CoreGroup#GROUPS} log means: records replace each other by key. The one command is {@link AppendRecords};
 * it is its own answer.
 */
public final class KeyedMachine implements StateMachine<KeyedRecords> {
    private final RecordKeys keys;

    /** Records are told apart by these keys. */
    public KeyedMachine(final RecordKeys keys) {
        this.keys = keys;
    }

    @Override
    public KeyedRecords empty() {
        return KeyedRecords.EMPTY;
    }

    @Override
    public Decision<?> decide(final KeyedRecords state, final Message command) {
        if (command instanceof AppendRecords append) {
            return new Decision<>(append.records(), append);
        }
        throw new IllegalArgumentException("not a command of a keyed group: " + command);
    }

    @Override
    public KeyedRecords replay(final KeyedRecords state, final long index, final List<Message> records) {
        PersistentMap<String, Message> latest = state.latest();
        for (final Message record : records) {
            final String key = keys.keyOf(record);
            latest = keys.isTombstone(record) ? latest.without(key) : latest.with(key, record);
        }
        return new KeyedRecords(index, latest);
    }

    @Override
    public void snapshot(final KeyedRecords state, final Consumer<Message> sink) {
        state.latest().forEach((key, record) -> sink.accept(record));
    }
}
