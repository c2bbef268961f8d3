package io.highwater.protocol.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.MetadataRequest;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(2, new Trace());
    private final FakeCluster cluster = new FakeCluster(scheduler, 3);
    private final ClusterView view = new ClusterView(cluster, scheduler.clock(), scheduler.newRandom(), 1_000, false);

    private TopicView topic(final String name) {
        final TopicView[] found = new TopicView[1];
        cluster.shard().execute(() -> found[0] = view.topic(name));
        scheduler.runFor(1);
        return found[0];
    }

    @Test
    void aTopicIsKnownAfterTheFirstQuestion() {
        cluster.broker().createTopic("t", 3);
        assertNull(topic("t"));
        scheduler.runFor(100);
        assertEquals(3, topic("t").partitions().size());
        assertEquals(2, topic("t").leader(1));
        assertEquals(TopicView.NO_LEADER, topic("t").leader(3));
    }

    @Test
    void anUnknownTopicIsAskedForAgainWithGrowingPauses() {
        topic("t");
        scheduler.runFor(10_000);
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, topic("t").error());
        assertTrue(cluster.received.size() >= 10 && cluster.received.size() <= 20, "asked " + cluster.received.size());
        cluster.broker().createTopic("t", 1);
        scheduler.runFor(2_000);
        assertEquals(ErrorCode.NONE, topic("t").error());
    }

    @Test
    void manyWishesAreOneQuestion() {
        cluster.broker().createTopic("t", 1);
        topic("t");
        scheduler.runFor(1_000);
        for (int i = 0; i < 50; i++) {
            cluster.shard().execute(view::refresh);
        }
        scheduler.runFor(30);
        assertTrue(cluster.received.size() <= 3, "asked " + cluster.received.size());
    }

    @Test
    void aLostQuestionIsAskedAgain() {
        cluster.broker().createTopic("t", 1);
        cluster.loseRequest(message -> message instanceof MetadataRequest);
        cluster.answerWith(ErrorCode.UNKNOWN_SERVER_ERROR, message -> message instanceof MetadataRequest);
        topic("t");
        scheduler.runFor(1_000);
        assertEquals(ErrorCode.NONE, topic("t").error());
    }

    @Test
    void anOlderLeaderDoesNotReplaceANewerOne() {
        cluster.broker().createTopic("t", 1);
        topic("t");
        cluster.broker().moveLeader("t", 0, 2);
        scheduler.runFor(100);
        cluster.shard().execute(view::refresh);
        scheduler.runFor(200);
        assertEquals(2, topic("t").leader(0));
        cluster.broker().partition("t", 0).leader = 3;
        cluster.broker().partition("t", 0).leaderEpoch = 0;
        cluster.shard().execute(view::refresh);
        scheduler.runFor(200);
        assertEquals(2, topic("t").leader(0));
    }

    @Test
    void whatIsKnownIsRenewedWithoutAnError() {
        cluster.broker().createTopic("t", 1);
        topic("t");
        scheduler.runFor(1_000);
        cluster.broker().moveLeader("t", 0, 3);
        scheduler.runFor(6 * 60 * 1_000);
        assertEquals(3, topic("t").leader(0));
        cluster.shard().execute(view::close);
        scheduler.runFor(100);
        final int asked = cluster.received.size();
        scheduler.runFor(6 * 60 * 1_000);
        assertEquals(asked, cluster.received.size());
    }
}
