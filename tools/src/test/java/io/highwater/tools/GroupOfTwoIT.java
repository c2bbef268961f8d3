package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the stock admin client, and so its group command, sees of a group with two members. */
class GroupOfTwoIT {
    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 4;

    @TempDir
    Path scratch;

    private ServerProcess server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(
                scratch.resolve("data"),
                ServerProcess.freePort(),
                "--set",
                "group.initial.rebalance.delay.ms=0",
                // The coordinator and partitions on different shards.
                "--set",
                "num.shards=2");
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()));
        get(admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                .all());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                for (int i = 0; i <= partition; i++) {
                    producer.send(new ProducerRecord<>(TOPIC, partition, null, "record " + i))
                            .get(30, TimeUnit.SECONDS);
                }
            }
        }
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        server.close();
    }

    @Test
    void bothMembersAreDescribedWithWhatEachOfThemReads() throws Exception {
        try (KafkaConsumer<String, String> right = consumer("right")) {
            try (KafkaConsumer<String, String> left = consumer("left")) {
                await(() -> {
                    left.poll(Duration.ofMillis(50));
                    right.poll(Duration.ofMillis(50));
                    return left.assignment().size() == 2
                            && right.assignment().size() == 2
                            && position(left) + position(right) == 10;
                });
                left.commitSync();
                right.commitSync();

                final ConsumerGroupDescription group = describe();
                assertEquals(GroupState.STABLE, group.groupState());
                assertEquals(GroupType.CLASSIC, group.type());
                assertEquals("range", group.partitionAssignor());
                assertEquals(
                        server.bootstrap(),
                        group.coordinator().host() + ":" + group.coordinator().port());
                final Map<String, Set<TopicPartition>> byClient = new TreeMap<>();
                for (final MemberDescription member : group.members()) {
                    assertTrue(member.consumerId().startsWith(member.clientId() + "-"), member.consumerId());
                    assertEquals("/127.0.0.1", member.host());
                    byClient.put(member.clientId(), member.assignment().topicPartitions());
                }
                assertEquals(Map.of("left", left.assignment(), "right", right.assignment()), byClient);
                final Set<TopicPartition> all = new HashSet<>(left.assignment());
                all.addAll(right.assignment());
                assertEquals(PARTITIONS, all.size(), "no partition has two readers");
                assertEquals(List.of(1L, 2L, 3L, 4L), committed());
            }
            await(() -> {
                right.poll(Duration.ofMillis(50));
                return right.assignment().size() == PARTITIONS;
            });
            assertEquals(1, describe().members().size());
        }
        await(() -> describe().groupState() == GroupState.EMPTY);
        assertEquals(List.of(), List.copyOf(describe().members()));
        assertEquals(List.of(1L, 2L, 3L, 4L), committed(), "offsets outlive the members");
    }

    private KafkaConsumer<String, String> consumer(final String clientId) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "pair");
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 200);
        final KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(TOPIC));
        return consumer;
    }

    private static long position(final KafkaConsumer<String, String> consumer) {
        return consumer.assignment().stream().mapToLong(consumer::position).sum();
    }

    private ConsumerGroupDescription describe() throws Exception {
        return get(admin.describeConsumerGroups(List.of("pair")).all()).get("pair");
    }

    private List<Long> committed() throws Exception {
        final Map<TopicPartition, OffsetAndMetadata> offsets =
                get(admin.listConsumerGroupOffsets("pair").partitionsToOffsetAndMetadata());
        final List<Long> committed = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            committed.add(offsets.get(new TopicPartition(TOPIC, partition)).offset());
        }
        return committed;
    }

    private static <T> T get(final KafkaFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static void await(final Condition condition) throws Exception {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!condition.isTrue()) {
            assertTrue(System.nanoTime() < deadlineNs, "not within 40 s");
        }
    }

    private interface Condition {
        boolean isTrue() throws Exception;
    }
}
