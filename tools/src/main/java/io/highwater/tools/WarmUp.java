package io.highwater.tools;

import io.highwater.broker.server.BrokerConfig;
import io.highwater.broker.server.ConfigException;
import io.highwater.broker.server.Server;
import io.highwater.broker.server.StartException;
import io.highwater.consumer.Consumer;
import io.highwater.consumer.ConsumerConfig;
import io.highwater.consumer.StartPosition;
import io.highwater.producer.Producer;
import io.highwater.producer.ProducerConfig;
import io.highwater.producer.ProducerRecord;
import io.highwater.protocol.admin.AdminClient;
import io.highwater.protocol.admin.NewTopic;
import io.highwater.protocol.cluster.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the launcher runs once to make the class-data archive: a broker in a scratch directory on a loopback port of its
 * own, a topic, a record there and back. The classes that this loads are the ones that the archive holds. Confined to the
 * main thread.
 */
final class WarmUp {
    private static final long TIMEOUT_MS = 20_000;
    private static final String TOPIC = "warm-up";

    int run() {
        try {
            final Path scratch = Files.createTempDirectory("highwater-warm-up");
            try {
                runBroker(scratch.resolve("data"));
            } finally {
                delete(scratch);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final ConfigException | StartException e) {
            throw new FailedException("warm-up: " + e.getMessage());
        }
        return ExitCode.DONE;
    }

    private static void runBroker(final Path data) throws ConfigException, StartException {
        final BrokerConfig config = BrokerConfig.of(Map.of("log.dirs", data.toString(), "listeners", "127.0.0.1:0"));
        try (Server server = Server.start(config)) {
            final List<InetSocketAddress> bootstrap = List.of(server.address());
            try (AdminClient admin = AdminClient.open(bootstrap, TOPIC, TIMEOUT_MS)) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, 1, Map.of())), false)
                        .join();
            }
            try (Producer producer = Producer.connect(ProducerConfig.builder().build(), bootstrap, TOPIC)) {
                producer.send(new ProducerRecord(TOPIC, null, ByteBuffer.wrap(new byte[100])))
                        .join();
            }
            try (Consumer consumer = Consumer.connect(ConsumerConfig.builder().build(), bootstrap, TOPIC)) {
                consumer.assign(Map.of(new TopicPartition(TOPIC, 0), StartPosition.EARLIEST));
                if (consumer.poll(TIMEOUT_MS).isEmpty()) {
                    throw new FailedException("warm-up: the record did not come back");
                }
            }
        }
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (final Path path : (Iterable<Path>) paths.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
