package io.highwater.tools;

import com.beust.jcommander.Parameter;
import com.fasterxml.jackson.core.JsonGenerator;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.MetadataResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
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
        for (final MetadataResponse.MetadataResponseTopic topic :
                ask("topics describe", admin -> admin.describeTopics(names))) {
            final ErrorCode error = ErrorCode.forCode(topic.errorCode);
            topic.partitions.sort(Comparator.comparingInt(partition -> partition.partitionIndex));
            if (error != ErrorCode.NONE) {
                terminal.err().println("highwater: " + topic.name + ": " + why(error, error.defaultMessage()));
                exitCode = ExitCode.FAILED;
            } else if (isJson()) {
                JsonLine.print(terminal.out(), fields -> describe(fields, topic));
            } else {
                describe(terminal, topic);
            }
        }
        return exitCode;
    }

    private static void describe(final Terminal terminal, final MetadataResponse.MetadataResponseTopic topic) {
        terminal.out()
                .println(topic.name + "  id " + idText(topic.topicId) + "  partitions " + topic.partitions.size());
        for (final MetadataResponse.MetadataResponsePartition partition : topic.partitions) {
            terminal.out()
                    .println("  partition " + partition.partitionIndex + "  leader " + partition.leaderId + "  epoch "
                            + partition.leaderEpoch + "  replicas " + partition.replicaNodes + "  in sync "
                            + partition.isrNodes);
        }
    }

    private static void describe(final JsonGenerator json, final MetadataResponse.MetadataResponseTopic topic)
            throws IOException {
        json.writeStringField("topic", topic.name);
        json.writeStringField("id", idText(topic.topicId));
        json.writeArrayFieldStart("partitions");
        for (final MetadataResponse.MetadataResponsePartition partition : topic.partitions) {
            json.writeStartObject();
            json.writeNumberField("partition", partition.partitionIndex);
            json.writeNumberField("leader", partition.leaderId);
            json.writeNumberField("leaderEpoch", partition.leaderEpoch);
            writeIds(json, "replicas", partition.replicaNodes);
            writeIds(json, "inSync", partition.isrNodes);
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
