package io.highwater.broker.group;

import io.highwater.broker.message.GroupRemovedRecord;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.message.OffsetRemovedRecord;
import io.highwater.protocol.message.Message;

/**
 * The keys by which records of the {@code groups} core group replace each other. All keys of one group lie side by side
 * in their order, its state after its offsets; a group id may hold any character, so its length comes first.
 *
 * <pre>
 *   LLLL:group/o/topic/PPPPPPPP   a committed offset (length and partition in hexadecimal)
 *   LLLL:group/s                  the group's state
 * </pre>
 */
public final class GroupKeys {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private GroupKeys() {}

    /** What all keys of the group, and of no other, begin with. */
    public static String prefix(final String groupId) {
        final StringBuilder key = new StringBuilder(groupId.length() + 32);
        hex(key, groupId.length(), 4);
        return key.append(':').append(groupId).append('/').toString();
    }

    /** Above all keys of the group, and not above those of the next one. */
    public static String behind(final String groupId) {
        final String prefix = prefix(groupId);
        // The character that follows the slash at the prefix's end.
        return prefix.substring(0, prefix.length() - 1) + '0';
    }

    /** What the keys of the group's offsets begin with. */
    public static String offsetsPrefix(final String groupId) {
        return prefix(groupId) + "o/";
    }

    /** The key of the group's state. */
    public static String state(final String groupId) {
        return prefix(groupId) + "s";
    }

    /** The key of a committed offset. */
    public static String offset(final String groupId, final String topic, final int partition) {
        final StringBuilder key = new StringBuilder(offsetsPrefix(groupId));
        key.append(topic).append('/');
        hex(key, partition, 8);
        return key.toString();
    }

    /** The key that a record of the group replaces. */
    public static String of(final Message record) {
        if (record instanceof OffsetCommittedRecord committed) {
            return offset(committed.groupId, committed.topicName, committed.partition);
        }
        if (record instanceof OffsetRemovedRecord removed) {
            return offset(removed.groupId, removed.topicName, removed.partition);
        }
        if (record instanceof GroupStateRecord state) {
            return state(state.groupId);
        }
        if (record instanceof GroupRemovedRecord removed) {
            return state(removed.groupId);
        }
        throw new IllegalArgumentException("no record of a group: " + record);
    }

    /** The group that a record belongs to. */
    public static String groupOf(final Message record) {
        if (record instanceof OffsetCommittedRecord committed) {
            return committed.groupId;
        }
        if (record instanceof GroupStateRecord state) {
            return state.groupId;
        }
        throw new IllegalArgumentException("no state of a group: " + record);
    }

    /** True when the record takes its key away. */
    public static boolean isTombstone(final Message record) {
        return record instanceof OffsetRemovedRecord || record instanceof GroupRemovedRecord;
    }

    private static void hex(final StringBuilder key, final int value, final int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            key.append(HEX[(value >>> shift) & 0xF]);
        }
    }
}
