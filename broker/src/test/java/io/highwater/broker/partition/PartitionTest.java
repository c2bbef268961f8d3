package io.highwater.broker.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.LogConfig;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogDirectoryConfig;
import io.highwater.log.LogSlice;
import io.highwater.log.OffsetAtTime;
import io.highwater.log.TopicPartitionKey;
import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.epoch.EpochEnd;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionTest {
    private static final long TIMEOUT_MS = 1_000;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(11, new Trace());
    private final SimulatedDisk disk = new SimulatedDisk(11);
    private final SimulatedProcess process = scheduler.newProcess("node");
    private final Shard shard = process.newShard("shard");
    private final StepExecutor flushes = new StepExecutor();
    private Partition partition;

    @BeforeEach
    void open() throws Exception {
        final LogDirectory directory = LogDirectory.open(
                disk,
                Path.of("/data"),
                LogDirectoryConfig.DEFAULT,
                process.clock(),
                new SeededRandom(1),
                flushes,
                process.newPool("disk"),
                1,
                null);
        partition = new Partition(
                directory.openPartition(new TopicPartitionKey("orders", 0, new UUID(1, 2)), LogConfig.DEFAULT, shard),
                shard,
                process.clock());
        partition.lead(3);
    }

    /** Forces happen when the test says so. */
    private static final class StepExecutor implements java.util.concurrent.Executor {
        private final java.util.ArrayDeque<Runnable> waiting = new java.util.ArrayDeque<>();

        @Override
        public void execute(final Runnable task) {
            waiting.add(task);
        }
    }

    private void force() {
        while (!flushes.waiting.isEmpty()) {
            flushes.waiting.remove().run();
        }
        scheduler.runFor(1);
    }

    private static final class Sent extends PendingAppend {
        private int answers;

        @Override
        protected void onDone() {
            answers++;
        }
    }

    private static final class Watch extends FetchWatch {
        private long visible = -1;
        private boolean stays;
        private boolean unreadable;

        @Override
        protected boolean onVisible(final long highWatermark) {
            visible = highWatermark;
            return stays;
        }

        @Override
        protected void onUnreadable() {
            unreadable = true;
        }
    }

    private Sent append(final ByteBuffer batch, final boolean waits) {
        final Sent sent = new Sent();
        partition.append(batch, sent, waits, TIMEOUT_MS);
        return sent;
    }

    private static ByteBuffer batch(final int records) {
        return batch(records, -1, (short) -1, -1);
    }

    private static ByteBuffer batch(final int records, final long producer, final short epoch, final int sequence) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().producer(producer, epoch, sequence);
        for (int i = 0; i < records; i++) {
            builder.append(1_000 + i, null, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        return builder.build();
    }

    @Test
    void answersAcksAllOnlyAfterTheForceAndAcksOneAtOnce() {
        final Sent all = append(batch(2), true);
        final Sent one = append(batch(3), false);
        scheduler.runFor(1);
        assertEquals(0, all.answers);
        assertEquals(1, one.answers);
        assertEquals(2, one.baseOffset());
        assertEquals(0, partition.highWatermark(), "nothing is visible before it is forced");
        force();
        assertEquals(1, all.answers);
        assertEquals(ErrorCode.NONE, all.error());
        assertEquals(0, all.baseOffset());
        assertEquals(5, partition.highWatermark());
    }

    @Test
    void showsNothingAboveTheHighWatermark() throws Exception {
        append(batch(2), false);
        LogSlice slice = partition.read(0, 1 << 20, true);
        assertEquals(0, slice.sizeBytes());
        slice.lifetime().release();
        force();
        slice = partition.read(0, 1 << 20, true);
        assertTrue(slice.sizeBytes() > 0);
        assertEquals(2, slice.nextOffset());
        slice.lifetime().release();
    }

    @Test
    void answersARepeatedBatchWithTheFirstOffsetOnceThatIsDurable() {
        append(batch(1), false);
        final Sent first = append(batch(2, 7, (short) 0, 0), true);
        final Sent again = append(batch(2, 7, (short) 0, 0), true);
        scheduler.runFor(1);
        assertEquals(0, again.answers, "the original is not durable yet");
        force();
        assertEquals(1, first.answers);
        assertEquals(1, again.answers);
        assertEquals(1, first.baseOffset());
        assertEquals(1, again.baseOffset());
        assertTrue(first.isStored());
        assertFalse(again.isStored());
        assertEquals(3, partition.highWatermark());
    }

    @Test
    void refusesAGapAndAnOldEpochOfAProducer() {
        append(batch(2, 7, (short) 1, 0), true);
        assertEquals(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                append(batch(1, 7, (short) 1, 5), true).error());
        assertEquals(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                append(batch(1, 7, (short) 0, 2), true).error());
    }

    @Test
    void givesUpWaitingWhenTheTimeIsOver() {
        final Sent sent = append(batch(1), true);
        scheduler.runFor(TIMEOUT_MS + 10);
        assertEquals(1, sent.answers);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, sent.error());
        force();
        assertEquals(1, sent.answers);
    }

    @Test
    void failsEverybodyWhoWaitsWhenLeadershipIsLost() {
        final Sent sent = append(batch(1), true);
        final Watch watch = new Watch();
        partition.watch(watch);
        partition.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertEquals(ErrorCode.NOT_LEADER_OR_FOLLOWER, sent.error());
        assertTrue(watch.unreadable);
        assertEquals(ErrorCode.NOT_LEADER_OR_FOLLOWER, append(batch(1), true).error());
        assertEquals(ErrorCode.NOT_LEADER_OR_FOLLOWER, partition.checkReadable(-1));
        force();
        assertEquals(0, partition.highWatermark(), "a force that ends after the leadership moves nothing");
    }

    @Test
    void tellsAWatchOnceWhatBecameVisibleAndOneThatStaysUntilItIsTakenBack() {
        final Watch once = new Watch();
        final Watch staying = new Watch();
        staying.stays = true;
        final Watch alsoOnce = new Watch();
        partition.watch(once);
        partition.watch(staying);
        partition.watch(alsoOnce);
        append(batch(4), false);
        scheduler.runFor(1);
        assertEquals(-1, once.visible);
        force();
        assertEquals(4, once.visible);
        assertEquals(4, staying.visible);
        assertEquals(4, alsoOnce.visible);
        assertEquals(1, partition.watchers());
        append(batch(1), false);
        force();
        assertEquals(4, once.visible);
        assertEquals(5, staying.visible);
        partition.unwatch(staying);
        append(batch(1), false);
        force();
        assertEquals(5, staying.visible);
        assertEquals(0, partition.watchers());
    }

    @Test
    void comparesTheEpochThatAReaderKnows() {
        assertEquals(ErrorCode.NONE, partition.checkReadable(3));
        assertEquals(ErrorCode.NONE, partition.checkReadable(Partition.EPOCH_UNKNOWN));
        assertEquals(ErrorCode.FENCED_LEADER_EPOCH, partition.checkReadable(2));
        assertEquals(ErrorCode.UNKNOWN_LEADER_EPOCH, partition.checkReadable(4));
    }

    @Test
    void findsWhereAReaderLeftTheHistory() {
        append(batch(3), false);
        force();
        partition.lead(5);
        append(batch(2), false);
        force();
        assertNull(partition.divergence(3, 3));
        assertEquals(3, partition.divergence(3, 4).endOffset());
        assertEquals(3, partition.divergence(4, 4).epoch(), "epoch 4 never wrote here");
        assertNull(partition.divergence(5, 5));
    }

    /** Epochs 4 to 6 were granted to a node that started three times and was not written to. */
    @Test
    void anEpochInWhichNothingWasWrittenIsNoReasonToReset() {
        append(batch(3), false);
        force();
        partition.lead(4);
        partition.lead(6);
        assertEquals(new EpochEnd(3, 3), partition.endOfEpoch(3));
        assertEquals(new EpochEnd(3, 3), partition.endOfEpoch(4));
        assertEquals(new EpochEnd(3, 3), partition.endOfEpoch(5));
        assertEquals(new EpochEnd(6, 3), partition.endOfEpoch(6));
        assertEquals(EpochEnd.UNKNOWN, partition.endOfEpoch(7));
        assertEquals(new EpochEnd(3, 3), partition.divergence(4, 3), "continues from what the log knows");
        assertEquals(EpochEnd.UNKNOWN, partition.divergence(7, 3));
    }

    @Test
    void anEpochOfAnEmptyLogEndsWhereItBegan() {
        partition.lead(6);
        assertEquals(new EpochEnd(4, 0), partition.endOfEpoch(4));
        assertEquals(new EpochEnd(6, 0), partition.endOfEpoch(6));
        assertEquals(EpochEnd.UNKNOWN, partition.endOfEpoch(7));
        assertEquals(EpochEnd.UNKNOWN, partition.endOfEpoch(-1));
        assertNull(partition.divergence(4, 0));
    }

    @Test
    void theEndsOfALogComeWithTheEpochsOfTheirRecords() {
        assertEquals(new OffsetAtTime(0, -1, -1), partition.earliest());
        assertEquals(new OffsetAtTime(0, -1, -1), partition.latest());
        append(batch(3), false);
        force();
        partition.lead(5);
        assertEquals(new OffsetAtTime(3, -1, 3), partition.latest(), "nothing was written in epoch 5");
        append(batch(2), false);
        assertEquals(new OffsetAtTime(3, -1, 3), partition.latest(), "nor was it committed");
        force();
        assertEquals(new OffsetAtTime(5, -1, 5), partition.latest());
        assertEquals(new OffsetAtTime(0, -1, 3), partition.earliest());
    }

    @Test
    void keepsTheEpochWhenTheMetadataRepeatsAnOlderOne() {
        partition.lead(2);
        assertEquals(3, partition.leaderEpoch());
        assertEquals(ErrorCode.NONE, partition.checkReadable(3));
    }

    @Test
    void failsWithAStorageErrorWhenAForceFails() {
        final Sent sent = append(batch(1), true);
        disk.fail(DiskOperation.FORCE, "orders-0", 1);
        force();
        assertEquals(1, sent.answers);
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, sent.error());
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, partition.checkReadable(-1));
    }

    @Test
    void aShortTimeoutIsKeptWhenALongerOneWaitsAlready() {
        final Sent slow = new Sent();
        final Sent fast = new Sent();
        final Sent slowToo = new Sent();
        partition.append(batch(1), slow, true, 30_000);
        partition.append(batch(1), fast, true, 1_000);
        partition.append(batch(1), slowToo, true, 20_000);
        scheduler.runFor(1_001);
        assertEquals(0, slow.answers);
        assertEquals(1, fast.answers);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, fast.error());
        scheduler.runFor(19_000);
        assertEquals(1, slowToo.answers);
        assertEquals(0, slow.answers);
        scheduler.runFor(10_000);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, slow.error());
        assertEquals(1, slow.answers);
        assertEquals(1, fast.answers);
        assertEquals(0, partition.waitingAppends());
    }
}
