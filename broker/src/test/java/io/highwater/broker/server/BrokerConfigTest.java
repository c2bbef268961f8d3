package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.FlushPolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {
    private static String refusal(final String key, final String value) {
        return assertThrows(ConfigException.class, () -> BrokerConfig.of(Map.of(key, value)))
                .getMessage();
    }

    @Test
    void hasADefaultForEverySetting() throws ConfigException {
        final BrokerConfig config = BrokerConfig.of(Map.of());
        for (final ConfigKey<?> key : BrokerConfig.keys()) {
            assertTrue(config.get(key) != null, key.name());
            assertTrue(key.doc().endsWith("."), key.name());
        }
        assertEquals("127.0.0.1:9092", config.listener().toString());
        assertEquals(FlushPolicy.COMMIT, config.get(BrokerConfig.FLUSH_POLICY));
        assertNull(config.adminOrNull());
        assertEquals(new HostPort("127.0.0.1", 4711), config.advertised(4711));
    }

    @Test
    void refusesAnUnknownKeyAndNamesTheOneThatWasMeant() {
        assertEquals("unknown setting 'num.partition', did you mean 'num.partitions'?", refusal("num.partition", "3"));
        assertFalse(refusal("something.else.entirely", "3").contains("mean"));
    }

    @Test
    void saysInOneLineWhatToWriteInstead() {
        assertEquals("bad value for num.partitions: '0': must be from 1 to 10000", refusal("num.partitions", "0"));
        assertEquals(
                "bad value for num.partitions: 'x': write a whole number from 1 to 10000",
                refusal("num.partitions", "x"));
        assertEquals(
                "bad value for flush.policy: 'never': write one of commit, interval, os",
                refusal("flush.policy", "never"));
        assertEquals(
                "bad value for auto.create.topics.enable: 'yes': write true or false",
                refusal("auto.create.topics.enable", "yes"));
        assertEquals("bad value for listeners: 'localhost': write HOST:PORT", refusal("listeners", "localhost"));
        assertEquals(
                "bad value for listeners: 'SSL://a:1': only PLAINTEXT is served, write HOST:PORT",
                refusal("listeners", "SSL://a:1"));
        assertEquals(
                "bad value for listeners: 'a:70000': the port must be from 0 to 65535",
                refusal("listeners", "a:70000"));
        assertEquals("bad value for log.dirs: '/a,/b': write one directory", refusal("log.dirs", "/a,/b"));
    }

    @Test
    void needsAnAddressForClientsWhenEveryInterfaceIsListenedOn() throws ConfigException {
        assertTrue(refusal("listeners", ":9092").contains("set advertised.listeners=HOST:PORT"));
        final BrokerConfig config =
                BrokerConfig.of(Map.of("listeners", "PLAINTEXT://:9092", "advertised.listeners", "[::1]:19092"));
        assertEquals("0.0.0.0:9092", config.listener().toString());
        assertEquals("[::1]:19092", config.advertised(9092).toString());
    }

    @Test
    void checksSettingsAgainstEachOther() {
        assertTrue(refusal("queued.max.request.bytes", "10000000").contains("socket.request.max.bytes"));
        assertTrue(refusal("group.min.session.timeout.ms", "2000000").contains("group.max.session.timeout.ms"));
    }
}
