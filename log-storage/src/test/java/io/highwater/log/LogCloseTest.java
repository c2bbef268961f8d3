package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.producer.ProducerStates;
import io.highwater.log.producer.SequenceCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The end of a log, in order and otherwise. */
final class LogCloseTest {
    private static final LogConfig SMALL = LogConfig.DEFAULT.withSegmentBytes(2000);

    private final SimulatedDisk disk = new SimulatedDisk(21);
    private final LogFixture fixture = new LogFixture(disk, Path.of("/data"), SMALL);

    private PartitionLog another(final String topic, final int id) throws LogStorageException {
        return fixture.directory.openPartition(new TopicPartitionKey(topic, 0, new UUID(id, id)), SMALL, fixture.shard);
    }

    @Test
    void oneLogThatCanNotBeForcedKeepsNoOtherFromItsEnd() throws Exception {
        fixture.open();
        // By id the failing one is neither first nor last.
        final PartitionLog early = another("early", 1);
        final PartitionLog late = another("late", Integer.MAX_VALUE);
        fixture.settle();
        for (final PartitionLog log : new PartitionLog[] {early, fixture.log, late}) {
            log.append(LogFixture.batch("a", 3, 1000), 0, -1);
        }
        disk.fail(DiskOperation.FORCE, "orders-0", 1);
        final IOException failure = assertThrows(IOException.class, fixture.directory::close);
        assertTrue(failure.getMessage().contains("orders-0"), failure::getMessage);
        assertEquals(0, disk.openFiles());
        disk.heal();
        disk.crash();
        fixture.directory = fixture.openDirectory(fixture.flushes);
        assertFalse(fixture.directory.wasCleanlyStopped());
        assertEquals(3, another("early", 1).endOffset());
        assertEquals(3, another("late", Integer.MAX_VALUE).endOffset());
        fixture.directory.close();
    }

    /** More producer ids than there are remembered: each of the journal's entries has to stay within its bound. */
    @Test
    void anyNumberOfProducersLeavesRecoveryPointsAndTheEndInOrder() throws Exception {
        final LogFixture fixture = new LogFixture(disk, Path.of("/data"), LogConfig.DEFAULT).open();
        final int ids = 200_000;
        for (int id = 0; id < ids; id++) {
            fixture.append(LogFixture.idempotent(id, 0, 0, 1));
        }
        fixture.nowMs += 2000;
        fixture.settle();
        fixture.append(LogFixture.idempotent(ids - 1, 0, 1, 1));
        fixture.nowMs += 2000;
        fixture.settle();
        assertNull(fixture.directory.failure());
        assertNull(fixture.log.offlineReason());
        assertEquals(ids + 1, fixture.log.stableEnd());
        assertEquals(ProducerStates.PRODUCERS_MAX, fixture.log.producers().count());
        disk.kill();
        final LogFixture next = fixture.reopen();
        assertEquals(SequenceCheck.DUPLICATE, next.log.producers().check(ids - 1, (short) 0, 1, 1));
        next.directory.close();
        assertNotNull(next.log.offlineReason());
        assertTrue(next.reopen().directory.wasCleanlyStopped());
    }
}
