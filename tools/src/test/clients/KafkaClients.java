import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** As kafkajs.js, with what kafka-clients 2.8 and 4.4 have in common. java KafkaClients BOOTSTRAP TOPIC */
public final class KafkaClients {
    private static final int PER_CODEC = 1000;
    private static final int MORE = 100;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private final String bootstrap;
    private final String topic;
    private final String group;

    private KafkaClients(final String bootstrap, final String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.group = topic + "-group";
    }

    public static void main(final String[] args) throws Exception {
        new KafkaClients(args[0], args[1]).run();
    }

    private void run() throws Exception {
        try (Admin admin = Admin.create(base())) {
            administrate(admin);
            for (final String codec : CODECS) {
                produce(codec, codec, PER_CODEC);
            }
            step("produce", String.join(" ", CODECS));
            final int total = PER_CODEC * CODECS.size();
            final List<String> first = consume(total);
            check(first.size() == total && new HashSet<>(first).size() == total, first.size() + " records");
            step("consume", total + " records");
            check(committed(admin) == total, "committed " + committed(admin));
            step("commit", "offsets sum up to " + total);
            produce("none", "more", MORE);
            final List<String> second = consume(MORE);
            check(
                    second.size() == MORE && second.stream().allMatch(v -> v.startsWith("more ")),
                    second.size() + " records after resuming");
            check(committed(admin) == total + MORE, "committed after resuming");
            step("resume", MORE + " new records, none twice");
            admin.deleteConsumerGroups(List.of(group)).all().get();
            check(
                    admin.listConsumerGroups().all().get().stream().noneMatch(g -> g.groupId().equals(group)),
                    "group is there");
            admin.deleteTopics(List.of(topic)).all().get();
            check(!admin.listTopics().names().get().contains(topic), "topic is there");
            step("delete", "group and topic gone");
        }
    }

    private void administrate(final Admin admin) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        final AlterConfigOp set =
                new AlterConfigOp(new ConfigEntry("retention.ms", "86400000"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
        check(
                admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value()
                        .equals("86400000"),
                "config");
        check(admin.listTopics().names().get().contains(topic), "list");
        check(admin.describeCluster().nodes().get().size() == 1, "nodes");
        step("admin", "topic created, grown, configured, described, listed");
    }

    private void produce(final String codec, final String name, final int count) throws Exception {
        final Properties properties = base();
        properties.put("compression.type", codec);
        properties.put("enable.idempotence", "true");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            final List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, "k" + i, name + " " + i)));
            }
            for (final java.util.concurrent.Future<?> one : sent) {
                one.get();
            }
        }
    }

    /** The values that a new member of the group gets, until there are so many and for a second after. */
    private List<String> consume(final int count) {
        final Properties properties = base();
        properties.put("group.id", group);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        final List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            long endNs = System.nanoTime() + 30_000_000_000L;
            while (System.nanoTime() < endNs) {
                for (final ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                    if (values.size() == count) {
                        endNs = System.nanoTime() + 1_000_000_000L;
                    }
                }
            }
            consumer.commitSync();
        }
        return values;
    }

    private long committed(final Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    private Properties base() {
        final Properties properties = new Properties();
        properties.putAll(new HashMap<>(Map.of("bootstrap.servers", bootstrap, "client.id", "day")));
        return properties;
    }

    private static void step(final String name, final String detail) {
        System.out.println(name + "\t" + detail);
    }

    private static void check(final boolean isTrue, final String what) {
        if (!isTrue) {
            throw new IllegalStateException(what);
        }
    }
}
