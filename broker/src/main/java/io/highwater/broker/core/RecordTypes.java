package io.highwater.broker.core;

import io.highwater.broker.codec.BrokerConfigRecordCodec;
import io.highwater.broker.codec.BrokerRecordCodec;
import io.highwater.broker.codec.ClusterIdRecordCodec;
import io.highwater.broker.codec.FeatureRecordCodec;
import io.highwater.broker.codec.GroupRemovedRecordCodec;
import io.highwater.broker.codec.GroupStateRecordCodec;
import io.highwater.broker.codec.OffsetCommittedRecordCodec;
import io.highwater.broker.codec.OffsetRemovedRecordCodec;
import io.highwater.broker.codec.PartitionRecordCodec;
import io.highwater.broker.codec.ProducerIdBlockRecordCodec;
import io.highwater.broker.codec.RemoveTopicRecordCodec;
import io.highwater.broker.codec.TopicConfigRecordCodec;
import io.highwater.broker.codec.TopicRecordCodec;
import io.highwater.broker.message.BrokerConfigRecord;
import io.highwater.broker.message.BrokerRecord;
import io.highwater.broker.message.ClusterIdRecord;
import io.highwater.broker.message.FeatureRecord;
import io.highwater.broker.message.GroupRemovedRecord;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.message.OffsetRemovedRecord;
import io.highwater.broker.message.PartitionRecord;
import io.highwater.broker.message.ProducerIdBlockRecord;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.message.TopicConfigRecord;
import io.highwater.broker.message.TopicRecord;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.message.Message;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kinds of record that a group's log holds, and the number by which the log names each. A number is never given to
 * another kind, not even when its kind is gone.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class RecordTypes {
    /** The records of {@link CoreGroup#META}. */
    public static final RecordTypes META = new RecordTypes(
            type(1, ClusterIdRecord.class, ClusterIdRecordCodec.INSTANCE),
            type(2, FeatureRecord.class, FeatureRecordCodec.INSTANCE),
            type(3, BrokerRecord.class, BrokerRecordCodec.INSTANCE),
            type(4, TopicRecord.class, TopicRecordCodec.INSTANCE),
            type(5, PartitionRecord.class, PartitionRecordCodec.INSTANCE),
            type(6, TopicConfigRecord.class, TopicConfigRecordCodec.INSTANCE),
            type(7, RemoveTopicRecord.class, RemoveTopicRecordCodec.INSTANCE),
            type(8, ProducerIdBlockRecord.class, ProducerIdBlockRecordCodec.INSTANCE),
            type(9, BrokerConfigRecord.class, BrokerConfigRecordCodec.INSTANCE));

    /** The records of {@link CoreGroup#GROUPS}. */
    public static final RecordTypes GROUPS = new RecordTypes(
            type(101, OffsetCommittedRecord.class, OffsetCommittedRecordCodec.INSTANCE),
            type(102, OffsetRemovedRecord.class, OffsetRemovedRecordCodec.INSTANCE),
            type(103, GroupStateRecord.class, GroupStateRecordCodec.INSTANCE),
            type(104, GroupRemovedRecord.class, GroupRemovedRecordCodec.INSTANCE));

    private final Map<String, Type> byClassName = new TreeMap<>();
    private final Map<Short, Type> byNumber = new TreeMap<>();

    private RecordTypes(final Type... types) {
        for (final Type type : types) {
            if (byClassName.put(type.recordClass().getName(), type) != null
                    || byNumber.put(type.number(), type) != null) {
                throw new IllegalArgumentException("twice: " + type);
            }
        }
    }

    /** The kind of this record. */
    Type of(final Message record) {
        final Type type = byClassName.get(record.getClass().getName());
        if (type == null) {
            throw new IllegalArgumentException("no record of this group: " + record);
        }
        return type;
    }

    /** The kind with this number, or null. */
    Type ofNumberOrNull(final short number) {
        return byNumber.get(number);
    }

    @SuppressWarnings("unchecked") // The codec is given messages of its own class only: of() looks them up by it.
    private static <M extends Message> Type type(
            final int number, final Class<M> recordClass, final MessageCodec<M> codec) {
        return new Type((short) number, recordClass, (MessageCodec<Message>) codec);
    }

    /** One kind of record. */
    record Type(short number, Class<? extends Message> recordClass, MessageCodec<Message> codec) {}
}
