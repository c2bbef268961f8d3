package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.log.disk.SimulatedDisk;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A search by time holds up a shard, so how much it goes over has a bound, whatever was stored. */
final class TimestampSearchTest {
    private final LogFixture fixture = new LogFixture(new SimulatedDisk(41), Path.of("/data"), LogConfig.DEFAULT);

    @BeforeEach
    void open() throws Exception {
        fixture.open();
    }

    /** Records of so many zeros, one a millisecond from 1000 on: a few kilobytes once compressed. */
    private static RecordBatchBuilder zeros(final int records, final int bytes) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(Compression.GZIP);
        for (int i = 0; i < records; i++) {
            builder.append(1000 + i, null, ByteBuffer.allocate(bytes));
        }
        return builder;
    }

    @Test
    void aBatchThatUnpacksToMoreThanTheBoundIsTheAnswerAsAWhole() throws Exception {
        fixture.append(LogFixture.batch("before", 3, 10));
        fixture.append(zeros(20, 1 << 20).build());
        final long end = fixture.log.endOffset();
        assertEquals(new OffsetAtTime(4, 1001, 0), fixture.log.offsetForTimestamp(1001, end), "within the bound");
        assertEquals(new OffsetAtTime(3, 1019, 0), fixture.log.offsetForTimestamp(1018, end));
        assertEquals(new OffsetAtTime(3, 1019, 0), fixture.log.maxTimestamp(end));
        assertEquals(OffsetAtTime.NONE, fixture.log.offsetForTimestamp(1018, 3));
        fixture.directory.close();
    }

    @Test
    void oneRecordLargerThanTheBoundIsNotUnpacked() throws Exception {
        fixture.append(zeros(1, 40 << 20).build());
        assertEquals(new OffsetAtTime(0, 1000, 0), fixture.log.offsetForTimestamp(1, 1));
        assertEquals(new OffsetAtTime(0, 1000, 0), fixture.log.maxTimestamp(1));
        fixture.directory.close();
    }

    @Test
    void headersThatPromiseATimestampThatNoRecordHasDoNotMakeItGoOverAllOfThem() throws Exception {
        for (int i = 0; i < 20; i++) {
            final ByteBuffer lie = zeros(1, 1 << 20).build();
            lie.putLong(RecordBatch.MAX_TIMESTAMP, 9999);
            lie.putInt(RecordBatch.CRC, RecordBatch.computeCrc(lie, 0));
            fixture.append(lie);
        }
        fixture.append(LogFixture.batch("honest", 1, 9000));
        final long end = fixture.log.endOffset();
        // The fourth MiB is one too many: the search ends with the batch that it was in.
        assertEquals(new OffsetAtTime(3, 9999, 0), fixture.log.offsetForTimestamp(5000, end));
        fixture.directory.close();
    }

    @Test
    void aTopicOfLargerBatchesIsSearchedThroughTheWholeOfOne() throws Exception {
        final LogConfig large =
                LogConfig.DEFAULT.withRecordRules(12 << 20, false, Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);
        fixture.log.reconfigure(large);
        final RecordBatchBuilder builder = zeros(11, 1 << 20).compression(Compression.NONE);
        fixture.append(builder.build());
        assertEquals(new OffsetAtTime(10, 1010, 0), fixture.log.offsetForTimestamp(1010, 11));
        fixture.directory.close();
    }
}
