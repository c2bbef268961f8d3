package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Changes of configs, and what the catalog says afterwards. */
final class ConfigCommandsTest {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;
    private static final String THROTTLED = "leader.replication.throttled.replicas";

    private final TopicConfigs topicConfigs = new TopicConfigs(Map.of());
    private final Map<String, ServerKey> serverKeys = Map.of(
            "node.id", key("node.id", "1", false),
            "message.max.bytes", key("message.max.bytes", "1048588", true));
    private final ConfigCommands commands = new ConfigCommands(topicConfigs, serverKeys);
    private final ConfigCatalog catalog =
            new ConfigCatalog(topicConfigs, serverKeys, Map.of("io.highwater", "INFO"), 1);
    private final Metadata metadata = Metadata.ofBrokers(1);

    ConfigCommandsTest() {
        metadata.create("t", 1, 1);
    }

    @Test
    void setsAndDeletesConfigsOfATopic() {
        assertEquals(0, alter(2, "t", SET, "retention.ms", "1000"));
        assertEquals("1000 TOPIC", shown(2, "t", "retention.ms"));
        assertEquals(0, alter(2, "t", DELETE, "retention.ms", null));
        assertEquals("604800000 DEFAULT", shown(2, "t", "retention.ms"));
        assertTrue(metadata.image().topicOrNull("t").configs().isEmpty());
    }

    @Test
    void changesElementsOfLists() {
        assertEquals(0, alter(2, "t", APPEND, THROTTLED, "0:1,1:1"));
        assertEquals(0, alter(2, "t", APPEND, THROTTLED, "1:1,2:1"));
        assertEquals("0:1,1:1,2:1 TOPIC", shown(2, "t", THROTTLED));
        assertEquals(0, alter(2, "t", SUBTRACT, THROTTLED, "0:1, 9:9"));
        assertEquals("1:1,2:1 TOPIC", shown(2, "t", THROTTLED));
        assertEquals(40, alter(2, "t", APPEND, "retention.ms", "1"), "is no list");
    }

    @Test
    void oneBadChangeOfAResourceLeavesAllItsOthersUndone() {
        assertEquals(40, alter(2, "t", SET, "retention.ms", "1", SET, "segment.bytes", "0"));
        assertEquals(42, alter(2, "t", SET, "retention.ms", "1", DELETE, "retention.ms", null));
        assertEquals(42, alter(2, "t", SET, "retention.ms", null));
        assertEquals(42, alter(2, "t", (byte) 9, "retention.ms", "1"));
        assertEquals(40, alter(2, "t", SET, "no.such.config", "1"));
        assertEquals(3, alter(2, "missing", SET, "retention.ms", "1"));
        assertEquals("604800000 DEFAULT", shown(2, "t", "retention.ms"));
    }

    @Test
    void aResourceThatIsNamedTwiceIsRefusedTwice() {
        final IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
        request.resources.add(resource(2, "t", SET, "retention.ms", "1"));
        request.resources.add(resource(2, "t", SET, "retention.bytes", "1"));
        assertEquals(
                List.of((short) 42, (short) 42),
                metadata.apply(commands.decide(metadata.image(), request)).responses.stream()
                        .map(response -> response.errorCode)
                        .toList());
    }

    @Test
    void aBrokersChangeWinsOverThatOfAllAndBothOverItsStart() {
        assertEquals("1048588 DEFAULT", shown(2, "t", "max.message.bytes"));
        assertEquals(0, alter(4, "", SET, "message.max.bytes", "2000"));
        assertEquals("2000 CHANGED_ALL_BROKERS", shown(2, "t", "max.message.bytes"));
        assertEquals("2000 CHANGED_ALL_BROKERS", shown(4, "", "message.max.bytes"));
        assertEquals(0, alter(4, "1", SET, "message.max.bytes", "3000"));
        assertEquals("3000 CHANGED_BROKER", shown(2, "t", "max.message.bytes"));
        assertEquals("3000 CHANGED_BROKER", shown(4, "1", "message.max.bytes"));
        assertEquals(0, alter(2, "t", SET, "max.message.bytes", "4000"));
        assertEquals(
                List.of(
                        "max.message.bytes 4000 TOPIC",
                        "message.max.bytes 3000 CHANGED_BROKER",
                        "message.max.bytes 2000 CHANGED_ALL_BROKERS",
                        "message.max.bytes 1048588 DEFAULT"),
                entry(2, "t", "max.message.bytes").synonyms().stream()
                        .map(synonym -> synonym.name() + " " + synonym.value() + " " + synonym.source())
                        .toList());
        assertEquals(0, alter(4, "1", DELETE, "message.max.bytes", ""), "whatever value comes with it");
        assertEquals(0, alter(4, "", DELETE, "message.max.bytes", null));
        assertTrue(metadata.image().brokerConfigs().isEmpty());
    }

    @Test
    void whatABrokerCantChangeWhileItRunsIsRefused() {
        assertEquals(42, alter(4, "1", SET, "node.id", "2"));
        assertTrue(entry(4, "1", "node.id").isReadOnly());
        assertEquals(40, alter(4, "1", SET, "no.such.setting", "2"));
        assertEquals(40, alter(4, "1", SET, "message.max.bytes", "bad"));
        assertEquals(42, alter(4, "9", SET, "message.max.bytes", "2000"), "no such broker");
        assertEquals(42, alter(4, "01", SET, "message.max.bytes", "2000"), "another spelling of 1");
        assertEquals(42, alter(4, "+1", SET, "message.max.bytes", "2000"), "another spelling of 1");
        assertEquals(42, alter(4, "one", SET, "message.max.bytes", "2000"));
        assertEquals(42, alter(8, "1", SET, "io.highwater", "DEBUG"));
        assertEquals(42, alter(16, "m", SET, "interval.ms", "1"));
        assertEquals(42, alter(32, "g", SET, "consumer.session.timeout.ms", "1"));
        assertEquals(42, alter(77, "x", SET, "y", "z"));
        assertEquals("INFO LOGGER", shown(8, "1", "io.highwater"));
    }

    /** Aim: what is so already leaves no record; deleting what is not set is no error, whatever its name is. */
    @Test
    void whatChangesNothingLeavesNoRecord() {
        assertEquals(List.of(), records(2, "t", DELETE, "retention.ms", null));
        assertEquals(List.of(), records(2, "t", DELETE, "no.such.config", null));
        assertEquals(List.of(), records(2, "t", SUBTRACT, "no.such.config", "1"), "and is refused");
        assertEquals(1, records(2, "t", SET, "retention.ms", "1000").size());
        alter(2, "t", SET, "retention.ms", "1000");
        assertEquals(List.of(), records(2, "t", SET, "retention.ms", "1000"));
        assertEquals(1, records(2, "t", SET, "retention.ms", "1001").size());
        assertEquals(
                1,
                records(2, "t", DELETE, "no.such.config", null, SET, "retention.ms", "7")
                        .size(),
                "the other counts");
        assertEquals(1, records(2, "t", DELETE, "retention.ms", null).size());
        assertEquals(0, alter(2, "t", DELETE, "no.such.config", null));
        assertEquals(0, alter(2, "t", DELETE, "segment.bytes", null));
        assertEquals(40, alter(2, "t", SUBTRACT, "no.such.config", "1"));
        assertEquals(3, alter(2, "missing", DELETE, "no.such.config", null));

        for (final String broker : List.of("1", "")) {
            assertEquals(List.of(), records(4, broker, DELETE, "message.max.bytes", null));
            alter(4, broker, SET, "message.max.bytes", "2000");
            assertEquals(List.of(), records(4, broker, SET, "message.max.bytes", " 2000"));
            assertEquals(
                    1, records(4, broker, DELETE, "message.max.bytes", null).size());
            for (final String notSet : List.of("no.such.setting", "node.id")) {
                assertEquals(0, alter(4, broker, DELETE, notSet, null));
                assertEquals(List.of(), records(4, broker, DELETE, notSet, null));
            }
        }
        assertEquals(42, alter(4, "9", DELETE, "message.max.bytes", null), "no such broker");
    }

    @Test
    void theOlderCommandLeavesNoRecordOfWhatStays() {
        alter(2, "t", SET, "retention.ms", "1000", SET, "segment.ms", "2000");
        final AlterConfigsRequest request = new AlterConfigsRequest();
        final AlterConfigsRequest.AlterConfigsResource topic = new AlterConfigsRequest.AlterConfigsResource();
        topic.resourceType = 2;
        topic.resourceName = "t";
        for (final String[] nameAndValue : new String[][] {{"retention.ms", "1000"}, {"segment.ms", "2000"}}) {
            final AlterConfigsRequest.AlterableConfig config = new AlterConfigsRequest.AlterableConfig();
            config.name = nameAndValue[0];
            config.value = nameAndValue[1];
            topic.configs.add(config);
        }
        request.resources.add(topic);
        assertEquals(List.of(), commands.decide(metadata.image(), request).records());
        topic.configs.remove(1);
        assertEquals(1, commands.decide(metadata.image(), request).records().size());
    }

    @Test
    void theOlderCommandDeletesWhatItDoesNotName() {
        alter(2, "t", SET, "retention.ms", "1000", SET, "segment.ms", "2000");
        final AlterConfigsRequest request = new AlterConfigsRequest();
        final AlterConfigsRequest.AlterConfigsResource topic = new AlterConfigsRequest.AlterConfigsResource();
        topic.resourceType = 2;
        topic.resourceName = "t";
        final AlterConfigsRequest.AlterableConfig config = new AlterConfigsRequest.AlterableConfig();
        config.name = "segment.ms";
        config.value = "3000";
        topic.configs.add(config);
        request.resources.add(topic);
        request.validateOnly = true;
        metadata.apply(commands.decide(metadata.image(), request));
        assertEquals("2000 TOPIC", shown(2, "t", "segment.ms"));
        request.validateOnly = false;
        metadata.apply(commands.decide(metadata.image(), request));
        assertEquals("3000 TOPIC", shown(2, "t", "segment.ms"));
        assertEquals("604800000 DEFAULT", shown(2, "t", "retention.ms"));
    }

    @Test
    void remoteStorageIsASwitchThatCantBeOn() {
        assertEquals(
                TopicConfigKey.Type.BOOLEAN,
                entry(2, "t", "remote.storage.enable").type());
        assertEquals(0, alter(2, "t", SET, "remote.storage.enable", "False"));
        assertEquals(40, alter(2, "t", SET, "remote.storage.enable", "true"));
    }

    @Test
    void everyConfigOfATopicIsExplained() {
        assertEquals(
                List.of(),
                catalog.entries(metadata.image(), ConfigResource.TOPIC, "t").stream()
                        .filter(entry -> entry.doc() == null || entry.doc().isEmpty())
                        .map(ConfigEntry::name)
                        .toList());
    }

    @Test
    void theImageIsTheSameAfterASnapshot() {
        alter(4, "", SET, "message.max.bytes", "2000");
        alter(4, "1", SET, "message.max.bytes", "3000");
        final List<Message> records = new ArrayList<>();
        MetadataRecords.ofImage(metadata.image(), records::add);
        assertEquals(
                metadata.image(),
                MetadataReplay.replay(MetadataImage.EMPTY, metadata.image().version(), records));
    }

    private int alter(final int type, final String name, final Object... changes) {
        final IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
        request.resources.add(resource(type, name, changes));
        return metadata.apply(commands.decide(metadata.image(), request))
                .responses
                .get(0)
                .errorCode;
    }

    private List<Message> records(final int type, final String name, final Object... changes) {
        final IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
        request.resources.add(resource(type, name, changes));
        return commands.decide(metadata.image(), request).records();
    }

    private static AlterConfigsResource resource(final int type, final String name, final Object... changes) {
        final AlterConfigsResource resource = new AlterConfigsResource();
        resource.resourceType = (byte) type;
        resource.resourceName = name;
        for (int i = 0; i < changes.length; i += 3) {
            final IncrementalAlterConfigsRequest.AlterableConfig config =
                    new IncrementalAlterConfigsRequest.AlterableConfig();
            config.configOperation = (Byte) changes[i];
            config.name = (String) changes[i + 1];
            config.value = (String) changes[i + 2];
            resource.configs.add(config);
        }
        return resource;
    }

    private ConfigEntry entry(final int type, final String name, final String config) {
        return catalog.entries(metadata.image(), (byte) type, name).stream()
                .collect(Collectors.toMap(ConfigEntry::name, entry -> entry))
                .get(config);
    }

    private String shown(final int type, final String name, final String config) {
        final ConfigEntry entry = entry(type, name, config);
        return entry.value() + " " + entry.source();
    }

    private static ServerKey key(final String name, final String value, final boolean isDynamic) {
        return new ServerKey(
                name,
                TopicConfigKey.Type.INT,
                value,
                false,
                value,
                "A setting.",
                isDynamic,
                text -> text.equals("bad") ? "is bad" : null);
    }
}
