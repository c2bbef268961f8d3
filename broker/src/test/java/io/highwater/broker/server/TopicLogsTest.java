package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.metadata.PersistentMap;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.log.LogConfig;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TopicLogsTest {
    @Test
    void whatATopicSaysOfRecordsReachesItsLogs() throws Exception {
        final LogConfig config = configOf(Map.of(
                "max.message.bytes", "5000",
                "max.decompressed.message.bytes", "7000",
                "message.timestamp.type", "LogAppendTime",
                "message.timestamp.before.max.ms", "11",
                "message.timestamp.after.max.ms", "13"));
        assertEquals(5000, config.maxMessageBytes());
        assertEquals(7000, config.recordBytesMax());
        assertTrue(config.logAppendTime());
        assertEquals(11, config.timestampBeforeMaxMs());
        assertEquals(13, config.timestampAfterMaxMs());
    }

    @Test
    void aTopicThatSaysNothingHasTheDefaultsOfTheEcosystem() throws Exception {
        final LogConfig config = configOf(Map.of());
        assertEquals(LogConfig.DEFAULT.maxMessageBytes(), config.maxMessageBytes());
        assertEquals(Integer.MAX_VALUE, config.recordBytesMax());
        assertFalse(config.logAppendTime());
        assertEquals(Long.MAX_VALUE, config.timestampBeforeMaxMs());
        assertEquals(3_600_000, config.timestampAfterMaxMs());
    }

    private static LogConfig configOf(final Map<String, String> given) throws ConfigException {
        PersistentMap<String, String> configs = PersistentMap.empty();
        for (final Map.Entry<String, String> entry : given.entrySet()) {
            configs = configs.with(entry.getKey(), entry.getValue());
        }
        return new TopicLogs(BrokerConfig.of(Map.of()))
                .configOf(new TopicImage("topic", new UUID(1, 1), List.of(), configs));
    }
}
