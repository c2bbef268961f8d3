package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OffsetExpiryTest {
    private static final long RETENTION_MS = 1_000;

    private final GroupStateRecord state = new GroupStateRecord();
    private final OffsetCommittedRecord offset = new OffsetCommittedRecord();

    OffsetExpiryTest() {
        state.groupId = "g";
        state.protocolType = "consumer";
        state.stateTimestampMs = 50_000;
        offset.topicName = "t";
        offset.commitTimestampMs = 10_000;
    }

    @Test
    void anEmptyGroupsOffsetsOutliveItsLastMember() {
        assertFalse(isExpired(50_999));
        assertTrue(isExpired(51_000));
    }

    @Test
    void anEmptinessThatIsNotDurableExpiresNothing() {
        state.members.add(member("t"));
        assertFalse(OffsetExpiry.isExpired(empty(), state, offset, Set.of(), Long.MAX_VALUE, RETENTION_MS));
    }

    @Test
    void aGroupWithoutMembersEverGoesByTheCommit() {
        final ClassicGroup simple = new ClassicGroup("g", GroupConfig.DEFAULT);
        assertFalse(OffsetExpiry.isExpired(simple, null, offset, Set.of(), 10_999, RETENTION_MS));
        assertTrue(OffsetExpiry.isExpired(simple, null, offset, Set.of(), 11_000, RETENTION_MS));
    }

    @Test
    void aStableGroupLetsGoOfTopicsThatItNoLongerReads() {
        state.protocolName = "range";
        state.members.add(member("other"));
        assertTrue(isExpired(11_000));
        state.members.clear();
        state.members.add(member("t"));
        assertFalse(isExpired(Long.MAX_VALUE));
    }

    @Test
    void aTimeOfItsOwnCountsAlone() {
        offset.expireTimestampMs = 60_000;
        assertFalse(isExpired(59_999));
        assertTrue(isExpired(60_000));
    }

    private boolean isExpired(final long nowMs) {
        final ClassicGroup group = ClassicGroup.restore(state, GroupConfig.DEFAULT, 0);
        return OffsetExpiry.isExpired(group, state, offset, group.wantedAmong(Set.of("t")), nowMs, RETENTION_MS);
    }

    private ClassicGroup empty() {
        final GroupStateRecord before = new GroupStateRecord();
        before.groupId = "g";
        before.protocolType = "consumer";
        return ClassicGroup.restore(before, GroupConfig.DEFAULT, 0);
    }

    private static GroupStateRecord.MemberState member(final String topic) {
        final GroupStateRecord.MemberState member = new GroupStateRecord.MemberState();
        member.memberId = "m";
        member.assignment = ByteBuffer.allocate(0);
        final GroupStateRecord.ProtocolState protocol = new GroupStateRecord.ProtocolState();
        protocol.name = "range";
        final byte[] name = GroupScript.bytes(topic);
        protocol.metadata = ByteBuffer.allocate(8 + name.length)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) name.length)
                .put(name)
                .flip();
        member.protocols.add(protocol);
        return member;
    }
}
