package io.highwater.tools;

import com.beust.jcommander.Parameter;
import com.fasterxml.jackson.core.JsonGenerator;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.admin.TopicDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Says where the partitions of topics are. Confined to the main thread. */
final class TopicsDescribeCommand extends TopicsFlags {
    @Parameter(description = "TOPIC...", required = true)
    private List<String> names = new ArrayList<>();

    @Override
    public String name() {
        return "topics describe";
    }

    @Override
    public String summary() {
        return "Say where the partitions of topics are.";
    }

    @Override
    public List<String> examples() {
        return List.of("highwater topics describe orders", "highwater topics describe orders payments --json");
    }

    @Override
    public int run(final Terminal terminal) {
        int exitCode = ExitCode.DONE;
        for (final TopicDescription topic : ask("topics describe", admin -> admin.describeTopics(names))) {
            final ErrorCode error = topic.error();
            if (error != ErrorCode.NONE) {
                terminal.err().println("highwater: " + topic.name() + ": " + why(error, error.defaultMessage()));
                exitCode = ExitCode.FAILED;
            } else if (isJson()) {
                JsonLine.print(terminal.out(), fields -> describe(fields, topic));
            } else {
                describe(terminal, topic);
            }
        }
        return exitCode;
    }

    private static void describe(final Terminal terminal, final TopicDescription topic) {
        terminal.out()
                .println(topic.name() + "  id " + idText(topic.id()) + "  partitions "
                        + topic.partitions().size());
        for (final TopicDescription.Partition partition : topic.partitions()) {
            terminal.out()
                    .println("  partition " + partition.partition() + "  leader " + partition.leader() + "  epoch "
                            + partition.leaderEpoch() + "  replicas " + partition.replicas() + "  in sync "
                            + partition.inSync());
        }
    }

    private static void describe(final JsonGenerator json, final TopicDescription topic) throws IOException {
        json.writeStringField("topic", topic.name());
        json.writeStringField("id", idText(topic.id()));
        json.writeArrayFieldStart("partitions");
        for (final TopicDescription.Partition partition : topic.partitions()) {
            json.writeStartObject();
            json.writeNumberField("partition", partition.partition());
            json.writeNumberField("leader", partition.leader());
            json.writeNumberField("leaderEpoch", partition.leaderEpoch());
            writeIds(json, "replicas", partition.replicas());
            writeIds(json, "inSync", partition.inSync());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeIds(final JsonGenerator json, final String name, final List<Integer> ids)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (final Integer id : ids) {
            json.writeNumber(id);
        }
        json.writeEndArray();
    }
}
