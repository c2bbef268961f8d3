package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A node that was in a cluster and whose core is gone is no new node: it must not take its data for nobody's. */
final class LostCoreTest {
    private static final Path DATA = Path.of("/data");
    private static final Path META_LOG = DATA.resolve("core/meta/00000000000000000001.log");
    private static final Path GROUPS_LOG = DATA.resolve("core/groups/00000000000000000001.log");
    private static final int FIRST_START_OPERATIONS_MAX = 200;

    @Test
    void aNodeWithoutTheLogOfTopicsIsRefusedAndKeepsItsData() throws IOException {
        final SimulatedWorld world = nodeWithData();
        deleteAll(world.disk, DATA.resolve("core/meta"));

        requireRefused(world, "/data/core/meta: there is no log of meta, but this node belongs to a cluster");
    }

    @Test
    void aNodeWithoutTheLogOfOffsetsIsRefusedAndKeepsItsData() throws IOException {
        final SimulatedWorld world = nodeWithData();
        deleteAll(world.disk, DATA.resolve("core/groups"));

        requireRefused(world, "/data/core/groups: there is no log of groups, but this node belongs to a cluster");
    }

    @Test
    void aNodeWithoutACoreIsRefusedAndKeepsItsData() throws IOException {
        final SimulatedWorld world = nodeWithData();
        deleteAll(world.disk, DATA.resolve("core"));

        requireRefused(world, "there is no log of meta, but this node belongs to a cluster");
    }

    @Test
    void aNodeWhoseLogOfTopicsIsEmptyIsRefusedAndKeepsItsData() throws IOException {
        final SimulatedWorld world = nodeWithData();
        final int headerBytes = 28;
        try (DiskFile log = world.disk.open(DATA.resolve("core/meta/00000000000000000001.log"), false)) {
            log.truncate(headerBytes);
            log.force();
        }

        requireRefused(world, "entry 1 at 28 is bad or missing, but entries up to");
    }

    /** Aim: what looks like a torn write, and was durable, must not make the topic's partitions nobody's. */
    @Test
    void aNodeWhoseLogOfTopicsHasABadEndIsRefusedAndKeepsItsData() throws IOException {
        for (final boolean isKilled : new boolean[] {false, true}) {
            final SimulatedWorld world = isKilled ? killedNodeWithData() : nodeWithData();
            world.disk.flipBit(META_LOG, world.disk.lastByteOf(META_LOG), 3);

            requireRefused(world, META_LOG + ": entry ");
        }
    }

    @Test
    void aNodeWhoseLogOfOffsetsHasABadEndAfterACleanStopIsRefused() throws IOException {
        final SimulatedWorld world = new SimulatedWorld(5, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID topicId = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, client.commit("billing", "orders", topicId, 5));
        world.stop();
        world.disk.flipBit(GROUPS_LOG, world.disk.lastByteOf(GROUPS_LOG), 3);

        requireRefused(world, GROUPS_LOG + ": entry ");
    }

    /** However long ago the last write was: it needs no later one to be known. */
    @Test
    void aNodeWhoseLogOfOffsetsHasABadEndAfterASilenceIsRefused() throws Exception {
        final SimulatedWorld world = new SimulatedWorld(5, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID topicId = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, client.commit("billing", "orders", topicId, 5));
        world.run(3_000);
        world.losePower();
        world.disk.flipBit(GROUPS_LOG, world.disk.lastByteOf(GROUPS_LOG), 3);

        requireRefused(world, GROUPS_LOG + ": entry ");
    }

    /** The same for records: damage before the recovery point cuts nothing. */
    @Test
    void aLogWithABadEndAfterASilenceIsNotCut() throws Exception {
        final SimulatedWorld world = new SimulatedWorld(5, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID topicId = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, client.produce(topicId, 100));
        assertEquals(ErrorCode.NONE, client.produce(topicId, 100));
        world.run(3_000);
        world.kill();
        final Path log = DATA.resolve("orders-0/00000000000000000000.log");
        final byte[] before = read(world.disk, log);
        world.disk.flipBit(log, before.length - 1, 3);
        world.start();
        world.stop();
        assertEquals(before.length, read(world.disk, log).length);
    }

    private static byte[] read(final SimulatedDisk disk, final Path path) throws IOException {
        final byte[] all = new byte[disk.lastByteOf(path) + 1];
        try (DiskFile file = disk.open(path, false)) {
            file.read(ByteBuffer.wrap(all), 0);
        }
        return all;
    }

    @Test
    void aFirstStartThatDiesAnywhereIsFollowedByOneThatWorks() {
        int died = 0;
        for (int n = 1; n < FIRST_START_OPERATIONS_MAX; n++) {
            for (final boolean isPowerLoss : new boolean[] {false, true}) {
                final SimulatedWorld world = new SimulatedWorld(n, new Trace(), false);
                if (world.startToDie(n, isPowerLoss)) {
                    continue;
                }
                died++;
                assertTrue(world.start());
                new Caller(world, "client").create("orders", 1);
            }
        }
        assertTrue(died >= 40, died + " starts died");
    }

    private static SimulatedWorld killedNodeWithData() {
        final SimulatedWorld world = new SimulatedWorld(5, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID topicId = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, client.produce(topicId, 100));
        world.losePower();
        return world;
    }

    private static SimulatedWorld nodeWithData() {
        final SimulatedWorld world = new SimulatedWorld(5, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID topicId = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, client.produce(topicId, 100));
        world.stop();
        return world;
    }

    private static void requireRefused(final SimulatedWorld world, final String reason) throws IOException {
        for (int i = 0; i < 2; i++) {
            final String told = world.startToBeRefused();
            assertTrue(told.contains(reason), told);
            assertTrue(told.contains("or begin anew with an empty data directory"), told);
        }
        assertTrue(world.disk.list(DATA.resolve("orders-0")).contains("00000000000000000000.log"));
    }

    private static void deleteAll(final SimulatedDisk disk, final Path path) throws IOException {
        if (disk.isDirectory(path)) {
            for (final String name : disk.list(path)) {
                deleteAll(disk, path.resolve(name));
            }
        }
        disk.delete(path);
        disk.forceDirectory(path.getParent());
    }
}
