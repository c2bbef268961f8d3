package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.ProduceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A disk that does not answer for a while holds up what needs it, fails nothing, and lets no memory grow. */
final class HungDiskTest {
    private static final int DIRTY_BYTES_MAX = 1 << 20;
    private static final int RECORD_BYTES = 64 << 10;
    private static final int PRODUCERS = 6;
    private static final int REQUESTS_EACH = 12;

    @Test
    void theLogOfOffsetsHoldsUpNoTopic() {
        final SimulatedWorld world = new SimulatedWorld(10, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID orders = client.create("orders", 1);
        world.groupsDisk.hold();
        final Caller.Call<OffsetCommitResponse> commit = new Caller(world, "consumer")
                .send(OffsetActor.commitRequest("group", new Target("orders", orders, 0), 1));
        world.run(100);

        client.create("bills", 1);
        assertEquals(ErrorCode.NONE, client.delete("orders"));
        assertFalse(commit.isOver());

        world.groupsDisk.release();
        final OffsetCommitResponse committed = client.await(commit);
        assertEquals(ErrorCode.NONE.code(), committed.topics.get(0).partitions.get(0).errorCode);
    }

    @Test
    void produceWaitsAboveTheBoundOfUnforcedBytesAndIsAnsweredWhenTheDiskComesBack() {
        final SimulatedWorld world = new SimulatedWorld(
                11, new Trace(), false, Map.of("dirty.bytes.max", Integer.toString(DIRTY_BYTES_MAX)));
        world.start();
        final Caller admin = new Caller(world, "admin");
        final UUID orders = admin.create("orders", 1);
        final UUID bills = admin.create("bills", 1);
        world.flusher.hold();
        final List<Caller.Call<ProduceResponse>> sent = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            final Caller producer = new Caller(world, "producer" + i);
            for (int j = 0; j < REQUESTS_EACH; j++) {
                sent.add(producer.send(Caller.production((i + j) % 2 == 0 ? orders : bills, RECORD_BYTES)));
            }
        }
        world.run(5_000);
        // Nothing is forced, so what was appended is unforced; each connection may have had one request on its way.
        final long unforced = world.metrics().bytesAppended();
        assertTrue(unforced > DIRTY_BYTES_MAX, unforced + " bytes");
        assertTrue(unforced <= DIRTY_BYTES_MAX + PRODUCERS * (RECORD_BYTES + 1_024), unforced + " bytes");
        assertEquals(PRODUCERS, world.metrics().connectionsMuted());
        sent.forEach(call -> assertFalse(call.isOver()));
        // Who does not produce is served.
        admin.create("receipts", 1);
        world.run(10_000);
        assertEquals(unforced, world.metrics().bytesAppended());

        world.flusher.release();
        sent.forEach(call -> assertEquals(ErrorCode.NONE, Caller.errorOf(admin.await(call))));
        assertEquals(PRODUCERS * REQUESTS_EACH, world.metrics().recordsAppended());
        assertEquals(0, world.metrics().connectionsMuted());
    }

    /** Nobody asks for a force of such a log before it has 8 MiB of its own, and there may be many of them. */
    @Test
    void aBoundReachedByLogsThatNobodyWantsForcedIsLiftedByForcingThem() {
        final SimulatedWorld world =
                new SimulatedWorld(12, new Trace(), false, Map.of("dirty.bytes.max", "65536", "flush.policy", "os"));
        world.start();
        final Caller client = new Caller(world, "client");
        for (int i = 0; i < 10; i++) {
            final UUID topic = client.create("topic" + i, 1);
            assertEquals(ErrorCode.NONE, client.produce(topic, RECORD_BYTES / 4));
        }
        assertEquals(10, world.metrics().recordsAppended());
    }

    @Test
    void whatIsHeldWhenTheDiskFailsIsToldSo() {
        final SimulatedWorld world = new SimulatedWorld(
                13, new Trace(), false, Map.of("dirty.bytes.max", Integer.toString(DIRTY_BYTES_MAX)));
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID orders = client.create("orders", 1);
        world.flusher.hold();
        final List<Caller.Call<ProduceResponse>> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sent.add(client.send(Caller.production(orders, RECORD_BYTES)));
        }
        world.run(1_000);
        assertEquals(1, world.metrics().connectionsMuted());
        world.disk.fail(DiskOperation.FORCE, "orders-0", 1);
        world.flusher.release();
        sent.forEach(call -> assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, Caller.errorOf(client.await(call))));
    }
}
