package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What the hot codecs allocate, in bytes, counted by the JVM: nothing to size and write a message, and to read one no more
 * than its objects.
 */
final class CodecAllocationTest {
    private static final int ROUNDS = 2_000;
    private static final short PRODUCE_VERSION = 13;
    private static final short FETCH_VERSION = 17;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Bytes per round, once everything is loaded; the counter itself costs some bytes now and then. */
    private long allocated(final Runnable round) {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        final long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
    }

    private static ProduceRequest produceRequest(final int partitions) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = -1;
        final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
        topic.topicId = new UUID(1, 2);
        request.topicData.add(topic);
        for (int i = 0; i < partitions; i++) {
            final ProduceRequest.PartitionProduceData partition = new ProduceRequest.PartitionProduceData();
            partition.index = i;
            partition.records = ByteBuffer.allocate(300);
            topic.partitionData.add(partition);
        }
        return request;
    }

    private static FetchResponse fetchResponse(final int partitions) {
        final FetchResponse response = new FetchResponse();
        final FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse();
        topic.topicId = new UUID(1, 2);
        response.responses.add(topic);
        for (int i = 0; i < partitions; i++) {
            final FetchResponse.PartitionData partition = new FetchResponse.PartitionData();
            partition.partitionIndex = i;
            partition.records = ByteBuffer.allocate(300);
            partition.currentLeader.leaderId = i % 2 - 1;
            topic.partitions.add(partition);
        }
        return response;
    }

    @Test
    void sizingAndWritingAFetchResponseAllocatesNothing() {
        final FetchResponse response = fetchResponse(50);
        final ByteBuf buffer = Unpooled.buffer(FetchResponseCodec.size(response, FETCH_VERSION));
        final MessageWriter writer = new MessageWriter(buffer);
        assertEquals(0, allocated(() -> {
            buffer.clear();
            buffer.ensureWritable(FetchResponseCodec.size(response, FETCH_VERSION));
            FetchResponseCodec.write(response, writer, FETCH_VERSION);
        }));
    }

    @Test
    void readingAProduceRequestAllocatesItsObjectsOnly() {
        final ByteBuf frame = Unpooled.buffer();
        ProduceRequestCodec.write(produceRequest(50), new MessageWriter(frame), PRODUCE_VERSION);
        final long bytes = allocated(() -> {
            frame.readerIndex(0);
            ProduceRequestCodec.read(new MessageReader(frame), PRODUCE_VERSION);
        });
        // Per partition: its object (24), a view of its records (56, and with the allocator's duplicate 112), a place
        // in
        // the list (4); 300 bytes for the reader, the request, its topic, its id and two lists.
        assertTrue(bytes <= 300 + 50 * (24 + 112 + 4), "bytes: " + bytes);
    }
}
