package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Topics that are created and deleted faster than a disk opens them, and topics of which a partition can't be opened. */
final class TopicRaceTest {
    private static final Path DATA = Path.of("/data");
    private static final int TOPICS = 100;
    private static final int PARTITIONS = 4;

    @Test
    void aTopicDeletedRightAfterItsCreationLeavesNothingBehind() throws IOException {
        final SimulatedWorld world = new SimulatedWorld(7, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        final List<Caller.Call<CreateTopicsResponse>> creations = new ArrayList<>();
        final List<Caller.Call<DeleteTopicsResponse>> deletions = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            // Of each name there is a second topic before the first one is through.
            final String name = "topic" + i / 2;
            creations.add(client.send(Caller.creation(name, PARTITIONS)));
            deletions.add(client.send(Caller.deletion(name)));
        }
        final List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            final var created = client.await(creations.get(i)).topics.get(0);
            assertEquals(ErrorCode.NONE.code(), created.errorCode);
            assertEquals(
                    ErrorCode.NONE.code(),
                    client.await(deletions.get(i)).responses.get(0).errorCode);
            ids.add(created.topicId);
        }
        ids.forEach(id -> assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, client.produce(id, 10)));

        final UUID last = client.create("last", 1);
        assertEquals(ErrorCode.NONE, client.produce(last, 10));
        world.run(5_000);
        assertEquals(1, world.hosted().topics().size());
        final List<String> left = world.disk.list(DATA).stream()
                .filter(name -> name.contains("topic"))
                .toList();
        assertEquals(List.of(), left);
    }

    @Test
    void aFaultInOnePartitionLeavesTheOthersAndTheTopicsAfterThem() {
        final SimulatedWorld world = new SimulatedWorld(8, new Trace(), false);
        world.start();
        final Caller client = new Caller(world, "client");
        world.disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.OPEN && path.toString().contains("bad-0/0000")) {
                throw new IllegalStateException("a planted fault");
            }
        });
        final UUID bad = client.create("bad", 2);
        final UUID good = client.create("good", 1);

        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, client.produce(bad, 10));
        assertEquals(ErrorCode.NONE, client.produce(good, 10));
        assertTrue(world.isBrokerAlive());
        assertEquals(ErrorCode.NONE, client.delete("bad"));
        world.disk.beforeEach((operation, path) -> {});
        assertEquals(ErrorCode.NONE, client.produce(client.create("bad", 1), 10));
        world.stop();
        world.start();
    }
}
