package io.highwater.broker.metadata;

import static io.highwater.broker.metadata.MetadataScript.configured;
import static io.highwater.broker.metadata.MetadataScript.topic;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.PartitionRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.BrokerRegistrationResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataReplayTest {
    @Test
    void theSameRecordsMakeEqualImages() {
        final MetadataScript script = busyScript();

        MetadataImage again = MetadataImage.EMPTY;
        for (int index = 1; index <= script.log.size(); index++) {
            again = MetadataReplay.replay(again, index, script.log.get(index - 1));
        }

        assertEquals(script.image, again);
    }

    @Test
    void theRecordsOfAnImageMakeItAgain() {
        final MetadataImage image = busyScript().image;
        final List<Message> records = new ArrayList<>();

        MetadataRecords.ofImage(image, records::add);

        assertEquals(image, MetadataReplay.replay(MetadataImage.EMPTY, image.version(), records));
    }

    @Test
    void theFirstClusterIdStays() {
        final MetadataScript script = new MetadataScript(3);

        assertEquals("first", script.form("first"));
        assertEquals("first", script.form("second"));
        assertEquals("first", script.image.clusterIdOrNull());
        assertEquals(1, script.log.size());
    }

    @Test
    void aNewIncarnationRaisesTheEpochsOfWhatItLeadsAndOfNothingElse() {
        final MetadataScript script = MetadataScript.withBrokers(2);
        script.create(topic("a", 2, 2));
        final int[] before = epochs(script, "a");
        final int leaderOfFirst =
                script.image.topicOrNull("a").partitions().get(0).leader();
        final int records = script.log.size();

        script.register(leaderOfFirst);

        assertEquals(1, script.log.size() - records);
        assertEquals(1, script.log.get(records).size());
        assertEquals(before[0] + 1, epochs(script, "a")[0]);
        assertEquals(before[1], epochs(script, "a")[1]);
    }

    @Test
    void leaderEpochsOnlyRiseWhileBrokersComeAndLeadersChange() {
        final MetadataScript script = MetadataScript.withBrokers(3);
        script.create(topic("a", 1, 3));
        int highest = epochs(script, "a")[0];
        for (int round = 0; round < 20; round++) {
            if (round % 3 == 0) {
                final PartitionRegistration now =
                        script.image.topicOrNull("a").partitions().get(0);
                lead(script, (now.leader() + 1) % 3, highest + 1, now.partitionEpoch() + 1);
            } else {
                script.register(round % 3);
            }
            final int epoch = epochs(script, "a")[0];
            assertTrue(epoch >= highest, "round " + round);
            highest = epoch;
        }
        assertTrue(highest > 7);
    }

    @Test
    void aRecordWhoseLeaderEpochFallsIsRefused() {
        final MetadataScript script = MetadataScript.withBrokers(1);
        script.create(topic("a", 1, 1));
        script.register(0);

        assertThrows(IllegalStateException.class, () -> lead(script, 0, 0, 1));
    }

    @Test
    void anIncarnationThatAsksAgainGetsItsAnswerAgain() {
        final MetadataScript script = MetadataScript.withBrokers(0);
        final UUID incarnation = new UUID(5, 5);

        final BrokerRegistrationResponse first = script.register(4, incarnation, MetadataScript.CLUSTER);
        final MetadataImage image = script.image;
        final BrokerRegistrationResponse second = script.register(4, incarnation, MetadataScript.CLUSTER);

        assertEquals(first.brokerEpoch, second.brokerEpoch);
        assertSame(image, script.image);
        assertEquals(image.version(), first.brokerEpoch);
    }

    @Test
    void aBrokerOfAnotherClusterIsRefused() {
        final MetadataScript script = MetadataScript.withBrokers(0);

        assertEquals(ErrorCode.INCONSISTENT_CLUSTER_ID.code(), script.register(1, new UUID(1, 1), "another").errorCode);
    }

    @Test
    void producerIdBlocksFollowEachOtherAndOnlyTheIncarnationInForceGetsOne() {
        final MetadataScript script = MetadataScript.withBrokers(1);
        final long old = script.image.brokerOrNull(0).epoch();

        assertEquals(0, script.allocate(0, old).producerIdStart);
        assertEquals(1000, script.allocate(0, old).producerIdStart);
        final long fresh = script.register(0).brokerEpoch;

        assertEquals(ErrorCode.STALE_BROKER_EPOCH.code(), script.allocate(0, old).errorCode);
        assertEquals(2000, script.allocate(0, fresh).producerIdStart);
        assertEquals(ErrorCode.BROKER_ID_NOT_REGISTERED.code(), script.allocate(9, fresh).errorCode);
    }

    @Test
    void whatAnEntryDoesNotTouchIsShared() {
        final MetadataScript script = MetadataScript.withBrokers(1);
        script.create(topic("a", 100, 1));
        final MetadataImage before = script.image;

        script.create(topic("b", 1, 1));

        assertSame(before.topicOrNull("a"), script.image.topicOrNull("a"));
        assertSame(before.brokers(), script.image.brokers());
        assertEquals(1, before.topics().size());
    }

    @Test
    void theDeltaNamesWhatIsNewAndWhatIsGone() {
        final MetadataScript script = MetadataScript.withBrokers(1);
        script.create(topic("a", 1, 1));
        final MetadataImage before = script.image;

        script.create(topic("b", 1, 1));
        final MetadataDelta created = MetadataDelta.of(before, script.log.get(script.log.size() - 1), script.image);
        final MetadataImage middle = script.image;
        script.delete("a", Uuids.ZERO);
        final MetadataDelta deleted = MetadataDelta.of(middle, script.log.get(script.log.size() - 1), script.image);

        assertEquals(List.of(script.image.topicOrNull("b")), created.changedTopics());
        assertEquals(List.of(), created.removedTopics());
        assertEquals(List.of(before.topicOrNull("a")), deleted.removedTopics());
        assertEquals(List.of(), deleted.changedTopics());
    }

    private static MetadataScript busyScript() {
        final MetadataScript script = MetadataScript.withBrokers(3);
        script.create(topic("a", 6, 3), topic("b.c", 1, 1), configured("d", "retention.ms", "1000"));
        script.register(1);
        script.allocate(1, script.image.brokerOrNull(1).epoch());
        script.delete("b.c", Uuids.ZERO);
        script.create(topic("b_c", 2, 2));
        script.register(2);
        script.register(2);
        return script;
    }

    private static void lead(
            final MetadataScript script, final int leader, final int leaderEpoch, final int partitionEpoch) {
        final PartitionRegistration now =
                script.image.topicOrNull("a").partitions().get(0);
        final PartitionRecord record = new PartitionRecord();
        record.topicId = script.image.topicOrNull("a").id();
        record.replicas = now.replicas();
        record.isr = now.isr();
        record.leader = leader;
        record.leaderEpoch = leaderEpoch;
        record.partitionEpoch = partitionEpoch;
        script.apply(new Decision<>(List.of(record), record));
    }

    private static int[] epochs(final MetadataScript script, final String topic) {
        return script.image.topicOrNull(topic).partitions().stream()
                .mapToInt(partition -> partition.leaderEpoch(script.image))
                .toArray();
    }
}
