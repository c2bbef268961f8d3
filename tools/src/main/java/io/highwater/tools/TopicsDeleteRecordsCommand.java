package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.admin.AdminClient;
import io.highwater.protocol.admin.DeletedRecords;
import io.highwater.protocol.cluster.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Deletes the oldest records of partitions. Confined to the main thread. */
final class TopicsDeleteRecordsCommand extends TopicsFlags {
    @Parameter(description = "TOPIC", required = true)
    private List<String> topics = new ArrayList<>();

    @Parameter(
            names = {"--partition", "-p"},
            description = "Of this partition; may be given many times.")
    private List<Integer> partitions = new ArrayList<>();

    @Parameter(
            names = "--before",
            required = true,
            description = "The first offset that is to stay; latest: all records that are there now go.")
    private String before;

    @Override
    public String name() {
        return "topics delete-records";
    }

    @Override
    public String summary() {
        return "Delete the oldest records of partitions, for good.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater topics delete-records orders --partition 0 --before 1000",
                "highwater topics delete-records orders -p 0 -p 1 --before latest");
    }

    @Override
    public int run(final Terminal terminal) {
        if (topics.size() != 1) {
            throw new UsageException("topics delete-records takes one topic, got " + topics);
        }
        if (partitions.isEmpty()) {
            throw new UsageException("topics delete-records needs --partition");
        }
        final long offset = offset();
        final Map<TopicPartition, Long> asked = new LinkedHashMap<>();
        for (final int partition : partitions) {
            asked.put(new TopicPartition(topics.get(0), partition), offset);
        }
        boolean isAllDone = true;
        for (final DeletedRecords result : ask("topics delete-records", admin -> admin.deleteRecords(asked))) {
            isAllDone &= result.isDone();
            tell(terminal, result);
        }
        return isAllDone ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void tell(final Terminal terminal, final DeletedRecords result) {
        if (isJson()) {
            JsonLine.print(terminal.out(), fields -> {
                fields.writeStringField("topic", result.partition().topic());
                fields.writeNumberField("partition", result.partition().partition());
                fields.writeStringField("error", result.error().name());
                if (result.isDone()) {
                    fields.writeNumberField("start", result.startOffset());
                } else {
                    fields.writeStringField("message", result.error().defaultMessage());
                }
            });
        } else if (result.isDone()) {
            terminal.out().println(result.partition() + " begins at " + result.startOffset());
        } else {
            terminal.err()
                    .println("highwater: " + result.partition() + ": "
                            + why(result.error(), result.error().defaultMessage()));
        }
    }

    private long offset() {
        if ("latest".equals(before)) {
            return AdminClient.EVERYTHING;
        }
        try {
            final long offset = Long.parseLong(before);
            if (offset >= 0) {
                return offset;
            }
        } catch (final NumberFormatException e) {
            // Neither is it an offset.
        }
        throw new UsageException("--before takes an offset or latest, got '" + before + "'");
    }
}
