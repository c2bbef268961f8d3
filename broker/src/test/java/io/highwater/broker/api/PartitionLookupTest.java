package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.message.TopicRecord;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataReplay;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.partition.Partition;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which topic a request means is for the metadata to say; what is open follows later. */
final class PartitionLookupTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);

    private final MetadataView metadata = new MetadataView();
    private final HostedPartitions hosted = new HostedPartitions();
    private final PartitionLookup lookup = new PartitionLookup(hosted, metadata);
    private long index;

    @Test
    void aDeletedTopicIsGoneBeforeItsPartitionsAreClosed() {
        replay(created("orders", FIRST));
        final HostedTopic open = host("orders", FIRST);
        assertSame(open, lookup.topicOrNull("orders", Uuids.ZERO));
        assertSame(open, lookup.topicOrNull(null, FIRST));

        replay(removed(FIRST));

        assertNull(lookup.topicOrNull("orders", Uuids.ZERO));
        assertNull(lookup.topicOrNull(null, FIRST));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, lookup.whyMissing("orders", Uuids.ZERO, 0));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, lookup.whyMissing(null, FIRST, 0));
    }

    @Test
    void aNameMeansTheTopicThatHasItNow() {
        replay(created("orders", FIRST));
        host("orders", FIRST);
        replay(removed(FIRST));
        replay(created("orders", SECOND));

        assertNull(lookup.topicOrNull("orders", Uuids.ZERO));

        final HostedTopic second = host("orders", SECOND);
        assertSame(second, lookup.topicOrNull("orders", Uuids.ZERO));
        hosted.remove(FIRST);
        assertSame(second, lookup.topicOrNull("orders", Uuids.ZERO));
    }

    private void replay(final Message record) {
        final MetadataImage next = MetadataReplay.replay(metadata.current(), ++index, List.of(record));
        metadata.advance(next);
    }

    private static TopicRecord created(final String name, final UUID id) {
        final TopicRecord record = new TopicRecord();
        record.name = name;
        record.topicId = id;
        return record;
    }

    private static RemoveTopicRecord removed(final UUID id) {
        final RemoveTopicRecord record = new RemoveTopicRecord();
        record.topicId = id;
        return record;
    }

    private HostedTopic host(final String name, final UUID id) {
        final HostedTopic topic = new HostedTopic(name, id, new Partition[1]);
        hosted.add(topic);
        return topic;
    }
}
