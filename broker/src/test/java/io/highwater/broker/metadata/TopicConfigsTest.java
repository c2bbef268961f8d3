package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TopicConfigsTest {
    private static final PersistentMap<String, String> NONE = PersistentMap.empty();
    private final TopicConfigs configs = new TopicConfigs(Map.of("segment.bytes", "2097152"));

    /** The one that the stock broker no longer knows itself is left out. */
    @Test
    void knowsEveryTopicConfigOfTheEcosystem() throws IllegalAccessException {
        int count = 0;
        for (final Field field : TopicConfig.class.getFields()) {
            if (field.getName().endsWith("_CONFIG")) {
                final String name = (String) field.get(null);
                assertTrue(TopicConfigs.keys().containsKey(name) || name.equals("message.downconversion.enable"), name);
                count++;
            }
        }
        assertEquals(38, TopicConfigs.keys().size());
        assertTrue(count >= 36, "found " + count);
    }

    @Test
    void acceptsEveryDefault() {
        TopicConfigs.keys()
                .forEach((name, key) -> assertNull(configs.problemOrNull(NONE.with(name, key.defaultValue())), name));
    }

    @ParameterizedTest
    @CsvSource({
        "segment.bytes,1048575",
        "segment.bytes,4294967296",
        "retention.ms,-2",
        "min.insync.replicas,0",
        "message.timestamp.type,Never",
        "flush.policy,sometimes",
        "cleanup.policy,compact",
        "cleanup.policy,'compact,delete'",
        "cleanup.policy,shred",
        "preallocate,maybe",
        "min.cleanable.dirty.ratio,1.5",
        "min.cleanable.dirty.ratio,half",
        "remote.storage.enable,true",
        "compression.type,rar",
        "compression.type,gzip",
        "leader.replication.throttled.replicas,abc",
        "follower.replication.throttled.replicas,'0:1,2'",
        "unknown.config,1"
    })
    void refusesByName(final String name, final String value) {
        final String problem = configs.problemOrNull(NONE.with(name, value));
        assertTrue(problem != null && problem.contains(name), problem);
    }

    @Test
    void takesReplicasToThrottleAsKafkaWritesThem() {
        for (final String value : new String[] {"", "*", "0:1", "0:1,12:34"}) {
            assertNull(configs.problemOrNull(NONE.with("leader.replication.throttled.replicas", value)), value);
        }
    }

    /** Else it could not be written to the metadata's log. */
    @Test
    void refusesAValueThatIsNoStringOfTheProtocol() {
        final String fits = "0:1,".repeat(8_191) + "0:1";
        assertEquals(32_767, fits.length());
        assertNull(configs.problemOrNull(NONE.with("leader.replication.throttled.replicas", fits)));
        assertTrue(configs.problemOrNull(NONE.with("leader.replication.throttled.replicas", fits + "0"))
                .contains("32767"));
        assertTrue(configs.problemOrNull(NONE.with("leader.replication.throttled.replicas", "€".repeat(10_923)))
                .contains("32767"));
    }

    @Test
    void prefersTheTopicThenTheBrokerThenTheDefault() {
        assertEquals(2_097_152, configs.number(NONE, "segment.bytes"));
        assertEquals(4_194_304, configs.number(NONE.with("segment.bytes", " 4194304 "), "segment.bytes"));
        assertEquals(4096, configs.number(NONE, "index.interval.bytes"));
        assertEquals("commit", configs.text(NONE, "flush.policy"));
        assertThrows(IllegalArgumentException.class, () -> new TopicConfigs(Map.of("segment.bytes", "1")));
    }

    @Test
    void asksForTwoReplicasInSyncWhenThereAreThreeAndNeverForMoreThanThereAre() {
        assertEquals(1, configs.minInsyncReplicas(NONE, 1));
        assertEquals(1, configs.minInsyncReplicas(NONE, 2));
        assertEquals(2, configs.minInsyncReplicas(NONE, 3));
        assertEquals(3, configs.minInsyncReplicas(NONE.with("min.insync.replicas", "5"), 3));
        assertEquals(1, configs.minInsyncReplicas(NONE.with("min.insync.replicas", "1"), 3));
    }
}
