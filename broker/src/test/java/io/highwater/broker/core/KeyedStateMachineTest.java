package io.highwater.broker.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.protocol.message.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyedStateMachineTest {
    private final KeyedStateMachine machine = new KeyedStateMachine(new CoreWorld.StateKeys());

    @Test
    void knowsWhatTheNewestRecordsTakeTogether() {
        final KeyedRecords two = machine.replay(machine.empty(), 1, List.of(record("abc", 1), record("de", 1)));
        assertEquals(5, two.heldBytes());
        final KeyedRecords replaced = machine.replay(two, 2, List.of(record("abc", 2)));
        assertEquals(5, replaced.heldBytes());
        final KeyedRecords removed = machine.replay(replaced, 3, List.of(record("abc", -1), record("unknown", -1)));
        assertEquals(2, removed.heldBytes());
        assertEquals(1, removed.latest().size());
    }

    private static Message record(final String key, final int generation) {
        final GroupStateRecord record = new GroupStateRecord();
        record.groupId = key;
        record.generation = generation;
        return record;
    }
}
