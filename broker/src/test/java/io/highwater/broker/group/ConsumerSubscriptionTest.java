package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.junit.jupiter.api.Test;

class ConsumerSubscriptionTest {
    @Test
    void readsWhatKafkasClientWrites() {
        final Set<String> topics = new TreeSet<>();
        final Subscription subscription = new Subscription(List.of("one", "zwei-€", "three"));
        assertTrue(ConsumerSubscription.readTopics(
                ConsumerProtocol.serializeSubscription(subscription), Set.of("one", "zwei-€", "four"), topics));
        assertEquals(Set.of("one", "zwei-€"), topics, "those that are known, and no others");
    }

    @Test
    void anyBytesAreReadOrRefused() {
        final SeededRandom random = new SeededRandom(7);
        final byte[] good = ConsumerProtocol.serializeSubscription(new Subscription(List.of("a", "bc")))
                .array();
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 1));
            if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextLong();
            }
            final Set<String> topics = new TreeSet<>();
            ConsumerSubscription.readTopics(ByteBuffer.wrap(bytes), Set.of("a", "bc"), topics);
            assertTrue(topics.size() <= 2);
        }
        assertFalse(ConsumerSubscription.readTopics(
                ByteBuffer.wrap(new byte[] {0, 0, 0x7f, -1, -1, -1, 0, 0}), Set.of(), new TreeSet<>()));
    }
}
