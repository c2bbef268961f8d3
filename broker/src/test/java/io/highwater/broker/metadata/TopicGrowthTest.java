package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.highwater.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TopicGrowthTest {
    private final Metadata metadata = Metadata.ofBrokers(1, 2, 3);
    private final TopicImage topic = metadata.create("t", 4, 2);

    @Test
    void newPartitionsAreWhereACreationWouldHavePutThem() {
        assertEquals(List.of("t 0"), grow(topic("t", 7)));
        final List<PartitionRegistration> grown =
                metadata.image().topicOrNull("t").partitions();
        assertEquals(topic.partitions(), grown.subList(0, 4), "what was there stays as it is");
        final List<List<Integer>> placed =
                grown.stream().map(PartitionRegistration::replicas).toList();
        assertEquals(ReplicaPlacement.place(List.of(1, 2, 3), topic.id(), 7, 2), placed);
        assertEquals(
                metadata.image(),
                MetadataReplay.replay(MetadataImage.EMPTY, metadata.image().version(), records(metadata.image())));
    }

    @Test
    void aCountThatIsNoIncreaseIsRefused() {
        assertEquals(List.of("t 37"), grow(topic("t", 4)));
        assertEquals(List.of("t 37"), grow(topic("t", 3)));
        assertEquals(List.of("t 37"), grow(topic("t", -1)));
        assertEquals(List.of("missing 3", "t 0"), grow(topic("missing", 9), topic("t", 5)));
        assertEquals(List.of("t 42"), grow(topic("t", 6), topic("t", 7)));
        assertEquals(List.of("t 44"), grow(topic("t", 2_000_000_000)));
        assertEquals(5, metadata.image().topicOrNull("t").partitions().size());
    }

    @Test
    void replicasMayBePlacedByTheClient() {
        assertEquals(List.of("t 39"), grow(topic("t", 6, List.of(1, 2))), "one for each new partition");
        assertEquals(List.of("t 39"), grow(topic("t", 5, List.of(1))), "as many as the others have");
        assertEquals(List.of("t 39"), grow(topic("t", 5, List.of(1, 9))), "brokers that there are");
        assertEquals(List.of("t 39"), grow(topic("t", 5, List.of(1, 1))), "once each");
        assertEquals(List.of("t 0"), grow(topic("t", 6, List.of(3, 1), List.of(2, 3))));
        final TopicImage grown = metadata.image().topicOrNull("t");
        assertEquals(List.of(3, 1), grown.partitions().get(4).replicas());
        assertEquals(2, grown.partitions().get(5).leader());
    }

    @Test
    void aValidationChangesNothing() {
        final CreatePartitionsRequest request = new CreatePartitionsRequest();
        request.validateOnly = true;
        request.topics.add(topic("t", 9));
        final Decision<CreatePartitionsResponse> decision = TopicGrowth.decide(metadata.image(), request);
        assertEquals(List.of(), decision.records());
        assertEquals(0, decision.response().results.get(0).errorCode);
    }

    private List<String> grow(final CreatePartitionsTopic... topics) {
        final CreatePartitionsRequest request = new CreatePartitionsRequest();
        request.topics.addAll(List.of(topics));
        return metadata.apply(TopicGrowth.decide(metadata.image(), request)).results.stream()
                .map(result -> result.name + " " + result.errorCode)
                .toList();
    }

    @SafeVarargs
    private static CreatePartitionsTopic topic(final String name, final int count, final List<Integer>... assignments) {
        final CreatePartitionsTopic topic = new CreatePartitionsTopic();
        topic.name = name;
        topic.count = count;
        topic.assignments = assignments.length == 0 ? null : new ArrayList<>();
        for (final List<Integer> brokers : assignments) {
            final CreatePartitionsAssignment assignment = new CreatePartitionsAssignment();
            assignment.brokerIds = brokers;
            topic.assignments.add(assignment);
        }
        return topic;
    }

    private static List<Message> records(final MetadataImage image) {
        final List<Message> records = new ArrayList<>();
        MetadataRecords.ofImage(image, records::add);
        return records;
    }
}
