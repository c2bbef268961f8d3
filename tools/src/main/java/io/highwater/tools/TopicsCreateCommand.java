package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.admin.NewTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Creates topics. Confined to the main thread. */
final class TopicsCreateCommand extends TopicsFlags {
    @Parameter(description = "TOPIC...", required = true)
    private List<String> names = new ArrayList<>();

    @Parameter(
            names = {"--partitions", "-p"},
            description = "Partitions of each; without it the broker's num.partitions.")
    private Integer partitions;

    @Parameter(
            names = "--replication-factor",
            description = "Copies of each partition; without it the broker's default.")
    private Integer replicationFactor;

    @Parameter(
            names = "--config",
            splitter = WholeValue.class,
            description = "KEY=VALUE, a topic config; may be given many times.")
    private List<String> configs = new ArrayList<>();

    @Parameter(names = "--validate-only", description = "Only say whether it could be done.")
    private boolean validateOnly;

    @Override
    public String name() {
        return "topics create";
    }

    @Override
    public String summary() {
        return "Create topics.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater topics create orders",
                "highwater topics create orders payments --partitions 6 --config retention.ms=86400000",
                "highwater topics create orders --partitions 6 --validate-only --json");
    }

    @Override
    public int run(final Terminal terminal) {
        final int count = positive("--partitions", partitions, Integer.MAX_VALUE);
        final int copies = positive("--replication-factor", replicationFactor, Short.MAX_VALUE);
        final Map<String, String> settings = settings();
        final List<NewTopic> topics = names.stream()
                .map(topic -> new NewTopic(topic, count, copies, settings))
                .collect(Collectors.toList());
        return report(
                terminal,
                validateOnly ? "could create" : "created",
                ask("topics create", admin -> admin.createTopics(topics, validateOnly)));
    }

    private static int positive(final String flag, final Integer value, final int max) {
        if (value == null) {
            return NewTopic.BROKER_DEFAULT;
        }
        if (value < 1 || value > max) {
            throw new UsageException(flag + " must be from 1 to " + max + ", got " + value);
        }
        return value;
    }

    private Map<String, String> settings() {
        final Map<String, String> settings = new TreeMap<>();
        for (final String config : configs) {
            final int equals = config.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--config takes KEY=VALUE, got '" + config + "'");
            }
            settings.put(config.substring(0, equals), config.substring(equals + 1));
        }
        return settings;
    }
}
