package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.GroupRemovedRecord;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.message.OffsetRemovedRecord;
import io.highwater.protocol.message.FetchRequest;
import org.junit.jupiter.api.Test;

class GroupKeysTest {
    @Test
    void theKeysAreThese() {
        assertEquals("0005:group/o/a.topic/0000001f", GroupKeys.offset("group", "a.topic", 31));
        assertEquals("0005:group/s", GroupKeys.state("group"));
        assertEquals("0000:/s", GroupKeys.state(""));
    }

    @Test
    void aRemovalHasTheKeyOfWhatItRemoves() {
        final OffsetCommittedRecord committed = new OffsetCommittedRecord();
        committed.groupId = "g";
        committed.topicName = "t";
        committed.partition = 5;
        final OffsetRemovedRecord removed = new OffsetRemovedRecord();
        removed.groupId = "g";
        removed.topicName = "t";
        removed.partition = 5;
        assertEquals(GroupKeys.of(committed), GroupKeys.of(removed));
        assertFalse(GroupKeys.isTombstone(committed));
        assertTrue(GroupKeys.isTombstone(removed));

        final GroupStateRecord state = new GroupStateRecord();
        state.groupId = "g";
        final GroupRemovedRecord gone = new GroupRemovedRecord();
        gone.groupId = "g";
        assertEquals(GroupKeys.of(state), GroupKeys.of(gone));
        assertTrue(GroupKeys.isTombstone(gone));
        assertThrows(IllegalArgumentException.class, () -> GroupKeys.of(new FetchRequest()));
    }

    @Test
    void partitionsOfATopicAreInOrder() {
        assertTrue(GroupKeys.offset("g", "t", 9).compareTo(GroupKeys.offset("g", "t", 10)) < 0);
        assertTrue(GroupKeys.offset("g", "t", 9).compareTo(GroupKeys.state("g")) < 0);
    }

    @Test
    void groupsKeepTheirSlotsForEver() {
        assertEquals(0, CoordinatorSlots.slotOf(""));
        assertEquals(39, CoordinatorSlots.slotOf("console-consumer-1"));
        final int[] groups = new int[CoordinatorSlots.COUNT];
        for (int i = 0; i < 64_000; i++) {
            groups[CoordinatorSlots.slotOf("group-" + i)]++;
        }
        for (final int count : groups) {
            assertTrue(count > 500 && count < 1_500, "a slot with " + count + " of 64,000 groups");
        }
    }
}
