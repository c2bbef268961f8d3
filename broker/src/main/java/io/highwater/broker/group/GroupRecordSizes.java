package io.highwater.broker.group;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.protocol.message.Message;

/**
 * What records of the {@code groups} core group take on the heap, by reckoning: the objects' headers and fields, and the
 * characters of their texts, those of the key among them. Texts are Latin mostly, a byte a character. Pure functions, safe
 * for any thread.
 */
public final class GroupRecordSizes {
    /** The record, its key and three texts without their characters, and a node of the map. */
    private static final int RECORD_BYTES = 320;

    /** A member of a group's state, its six texts and two buffers without their content. */
    private static final int MEMBER_BYTES = 400;

    private static final int PROTOCOL_BYTES = 120;

    /** The least that a group with its first member will leave. */
    public static final int NEW_GROUP_BYTES = RECORD_BYTES + MEMBER_BYTES + PROTOCOL_BYTES;

    private GroupRecordSizes() {}

    /** Bytes of the record; 0 for one that takes its key away. */
    public static long heldBytes(final Message record) {
        if (record instanceof OffsetCommittedRecord committed) {
            return RECORD_BYTES
                    + 2L * (committed.groupId.length() + committed.topicName.length())
                    + committed.metadata.length();
        }
        return record instanceof GroupStateRecord state ? heldBytes(state) : 0;
    }

    private static long heldBytes(final GroupStateRecord state) {
        long bytes = RECORD_BYTES + 2L * state.groupId.length();
        for (final GroupStateRecord.MemberState member : state.members) {
            bytes += MEMBER_BYTES
                    + member.memberId.length()
                    + member.clientId.length()
                    + member.clientHost.length()
                    + member.assignment.remaining();
            for (final GroupStateRecord.ProtocolState protocol : member.protocols) {
                bytes += PROTOCOL_BYTES + protocol.name.length() + protocol.metadata.remaining();
            }
        }
        return bytes;
    }
}
