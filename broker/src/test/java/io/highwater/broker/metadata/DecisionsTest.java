package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.FormClusterResult;
import io.highwater.broker.message.PartitionRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AllocateProducerIdsResponse;
import io.highwater.protocol.message.BrokerRegistrationResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Formation, registration, deletion and producer ids, and the image that replay makes of them. */
final class DecisionsTest {
    @Test
    void keepsTheFirstClusterId() {
        final Metadata metadata = new Metadata();
        final FormClusterResult first =
                metadata.apply(ClusterFormation.decide(metadata.image(), Metadata.formation("one")));
        final FormClusterResult second =
                metadata.apply(ClusterFormation.decide(metadata.image(), Metadata.formation("two")));
        assertEquals("one", first.clusterId);
        assertEquals("one", second.clusterId);
        assertEquals((short) 1, metadata.image().features().get("metadata.version"));
    }

    @Test
    void anEmptyClusterIdAsksAndProposesNothing() {
        final Metadata metadata = new Metadata();
        final Decision<FormClusterResult> asked = ClusterFormation.decide(metadata.image(), Metadata.formation(""));
        assertEquals("", asked.response().clusterId);
        assertEquals(List.of(), asked.records());
        metadata.apply(ClusterFormation.decide(metadata.image(), Metadata.formation("one")));
        assertEquals(
                "one",
                ClusterFormation.decide(metadata.image(), Metadata.formation(""))
                        .response()
                        .clusterId);
    }

    @Test
    void refusesABrokerOfAnotherCluster() {
        final Metadata metadata = Metadata.ofBrokers();
        final var request = Metadata.registration(1, new UUID(1, 1));
        request.clusterId = "other";
        assertEquals(
                ErrorCode.INCONSISTENT_CLUSTER_ID.code(),
                BrokerAdmission.decide(metadata.image(), request).response().errorCode);
    }

    @Test
    void raisesTheLeaderEpochOfEveryPartitionLedWithOneRecord() {
        final Metadata metadata = Metadata.ofBrokers(1, 2);
        metadata.create("t", 4, 2);
        final List<Integer> before = leaderEpochs(metadata, "t");
        final long epochBefore = metadata.image().brokerOrNull(1).epoch();
        final Decision<BrokerRegistrationResponse> decision =
                BrokerAdmission.decide(metadata.image(), Metadata.registration(1, new UUID(5, 5)));
        assertEquals(1, decision.records().size());
        final BrokerRegistrationResponse response = metadata.apply(decision);
        assertTrue(response.brokerEpoch > epochBefore);
        for (final PartitionRegistration partition :
                metadata.image().topicOrNull("t").partitions()) {
            final int expected = before.get(partition.index()) + (partition.leader() == 1 ? 1 : 0);
            assertEquals(expected, partition.leaderEpoch(metadata.image()));
        }
        assertEquals(
                response.brokerEpoch,
                BrokerAdmission.decide(metadata.image(), Metadata.registration(1, new UUID(5, 5)))
                        .response()
                        .brokerEpoch,
                "the same incarnation gets its answer again");
    }

    @Test
    void countsLaterEpochsFromTheEpochThatARecordGrants() {
        final Metadata metadata = Metadata.ofBrokers(1, 2);
        final TopicImage topic = metadata.create("t", 1, 2);
        final PartitionRecord moved = new PartitionRecord();
        moved.topicId = topic.id();
        moved.replicas = List.of(1, 2);
        moved.isr = List.of(2);
        moved.leader = 2;
        moved.leaderEpoch = 17;
        moved.partitionEpoch = 1;
        MetadataImage image =
                MetadataReplay.replay(metadata.image(), metadata.image().version() + 1, List.of(moved));
        assertEquals(17, image.partitionOrNull(topic.id(), 0).leaderEpoch(image));
        for (int restart = 1; restart <= 3; restart++) {
            final Decision<?> decision = BrokerAdmission.decide(image, Metadata.registration(2, new UUID(3, restart)));
            image = MetadataReplay.replay(image, image.version() + 1, decision.records());
            assertEquals(17 + restart, image.partitionOrNull(topic.id(), 0).leaderEpoch(image));
        }
    }

    @Test
    void givesEachProducerIdOutOnce() {
        final Metadata metadata = Metadata.ofBrokers(1, 2);
        long expected = 0;
        for (int round = 0; round < 3; round++) {
            for (int id = 1; id <= 2; id++) {
                final long epoch = metadata.image().brokerOrNull(id).epoch();
                final AllocateProducerIdsResponse response =
                        metadata.apply(ProducerIdAllocation.decide(metadata.image(), Metadata.allocation(id, epoch)));
                assertEquals(expected, response.producerIdStart);
                assertEquals(1000, response.producerIdLen);
                expected += 1000;
            }
        }
        assertEquals(
                ErrorCode.STALE_BROKER_EPOCH.code(),
                ProducerIdAllocation.decide(metadata.image(), Metadata.allocation(1, 0))
                        .response()
                        .errorCode);
        assertEquals(
                ErrorCode.BROKER_ID_NOT_REGISTERED.code(),
                ProducerIdAllocation.decide(metadata.image(), Metadata.allocation(8, 0))
                        .response()
                        .errorCode);
    }

    @Test
    void deletesByNameAndById() {
        final Metadata metadata = Metadata.ofBrokers(1);
        final UUID a = metadata.create("a", 1, 1).id();
        metadata.create("b", 1, 1);
        metadata.create("c", 1, 1);
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.topics.add(state(null, a));
        request.topics.add(state("b", new UUID(0, 0)));
        request.topics.add(state("b", new UUID(0, 0)));
        request.topics.add(state("nowhere", new UUID(0, 0)));
        request.topics.add(state(null, new UUID(1, 2)));
        request.topics.add(state("c", a));
        request.topics.add(state(null, new UUID(0, 0)));
        final DeleteTopicsResponse refused =
                new TopicDeletion(false).decide(metadata.image(), request).response();
        assertEquals(73, refused.responses.get(2).errorCode);
        final DeleteTopicsResponse response = metadata.apply(new TopicDeletion(true).decide(metadata.image(), request));
        assertEquals(
                List.of("c 42", "null 42", "a 0", "b 42", "nowhere 3", "null 100"),
                response.responses.stream()
                        .map(result -> result.name + " " + result.errorCode)
                        .toList());
        assertEquals(2, metadata.image().topics().size());
        assertEquals(2, metadata.image().topicIds().size());
    }

    @Test
    void makesTheSameImageOfItsOwnRecords() {
        final Metadata metadata = busy();
        final List<Message> records = new ArrayList<>();
        MetadataRecords.ofImage(metadata.image(), records::add);
        // In pieces, as a snapshot is read.
        MetadataImage again = MetadataImage.EMPTY;
        for (final Message record : records) {
            again = MetadataReplay.replay(again, metadata.image().version(), List.of(record));
        }
        assertEquals(metadata.image(), again);
        assertEquals(metadata.image().toString(), busy().image().toString());
    }

    @Test
    void tellsWhatChanged() {
        final Metadata metadata = Metadata.ofBrokers(1);
        metadata.create("a", 1, 1);
        final MetadataImage before = metadata.image();
        final Decision<?> creation = metadata.decide(Metadata.request(Metadata.topic("b", 2, 1)));
        metadata.apply(creation);
        final MetadataDelta delta = MetadataDelta.of(before, creation.records(), metadata.image());
        assertEquals(List.of(metadata.image().topicOrNull("b")), delta.changedTopics());
        assertEquals(2, MetadataDelta.full(metadata.image()).changedTopics().size());
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.topicNames.add("a");
        final MetadataImage then = metadata.image();
        final Decision<?> deletion = new TopicDeletion(true).decide(then, request);
        metadata.apply(deletion);
        assertEquals(
                List.of(then.topicOrNull("a")),
                MetadataDelta.of(then, deletion.records(), metadata.image()).removedTopics());
    }

    @Test
    void stopsAtRecordsThatContradictTheImage() {
        final Metadata metadata = Metadata.ofBrokers(1);
        final PartitionRecord stray = new PartitionRecord();
        stray.topicId = new UUID(1, 1);
        assertThrows(IllegalStateException.class, () -> MetadataReplay.replay(metadata.image(), 99, List.of(stray)));
    }

    private static Metadata busy() {
        final Metadata metadata = Metadata.ofBrokers(1, 2, 3);
        for (int i = 0; i < 40; i++) {
            metadata.create("topic." + i, 1 + i % 5, 1 + i % 3);
        }
        metadata.apply(metadata.decide(Metadata.request(Metadata.configured("c", "retention.ms", "5"))));
        metadata.apply(BrokerAdmission.decide(metadata.image(), Metadata.registration(2, new UUID(4, 4))));
        metadata.apply(ProducerIdAllocation.decide(
                metadata.image(),
                Metadata.allocation(1, metadata.image().brokerOrNull(1).epoch())));
        return metadata;
    }

    private static List<Integer> leaderEpochs(final Metadata metadata, final String topic) {
        return metadata.image().topicOrNull(topic).partitions().stream()
                .map(partition -> partition.leaderEpoch(metadata.image()))
                .toList();
    }

    private static DeleteTopicState state(final String name, final UUID id) {
        final DeleteTopicState state = new DeleteTopicState();
        state.name = name;
        state.topicId = id;
        return state;
    }
}
