package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.OffsetCommitResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A disk that does not answer for a while holds up what needs it, fails nothing, and lets no memory grow. */
final class HungDiskTest {
    private final SimulatedWorld world = new SimulatedWorld(10, new Trace(), false);

    @Test
    void theLogOfOffsetsHoldsUpNoTopic() {
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
}
