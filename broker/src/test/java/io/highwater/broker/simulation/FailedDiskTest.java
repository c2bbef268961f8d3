package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A node whose only disk failed says so, acknowledges nothing more and asks to be stopped. */
final class FailedDiskTest {
    private final SimulatedWorld world = new SimulatedWorld(9, new Trace(), false);

    @Test
    void aFailedForceOfALogTakesThePartitionsOfflineAndStopsTheNode() {
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID orders = client.create("orders", 1);
        final UUID bills = client.create("bills", 1);
        assertEquals(ErrorCode.NONE, client.produce(orders, 10));
        assertTrue(world.isBrokerReady());

        world.disk.fail(DiskOperation.WRITE_THROUGH, "data-journal", 1);

        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, client.produce(orders, 10));
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, client.produce(bills, 10));
        requireFailed();
        requireStartsAgain(orders);
    }

    @Test
    void aFailedForceOfTheCoreStopsTheNode() {
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID orders = client.create("orders", 1);
        world.disk.fail(DiskOperation.FORCE, "core/meta", 1);

        final CreateTopicsResponse refused = client.ask(Caller.creation("bills", 1), CreateTopicsResponse.class);

        assertFalse(refused.topics.get(0).errorCode == ErrorCode.NONE.code());
        requireFailed();
        requireStartsAgain(orders);
    }

    @Test
    void aDiskThatFailsWhileTheNodeStartsEndsTheStartWithTheReason() {
        world.start();
        new Caller(world, "client").create("orders", 1);
        world.kill();
        world.disk.fail(DiskOperation.FORCE, "core/meta", 1);

        final String told = world.startToBeRefused();

        assertTrue(told.contains("/data") && told.contains("Input/output error"), told);
        assertTrue(world.start());
    }

    private void requireFailed() {
        assertTrue(world.hasBrokerFailed());
        assertFalse(world.isBrokerReady());
    }

    private void requireStartsAgain(final UUID topic) {
        world.stop();
        world.disk.heal();
        world.start();
        assertEquals(ErrorCode.NONE, new Caller(world, "client").produce(topic, 10));
    }
}
