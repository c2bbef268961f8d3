package io.highwater.tools;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import io.highwater.protocol.admin.ConfigEdit;
import io.highwater.protocol.admin.ConfigScope;
import java.util.ArrayList;
import java.util.List;

/** Gives topics more partitions, or other configs. Confined to the main thread. */
final class TopicsAlterCommand extends TopicsFlags {
    @Parameter(description = "TOPIC...", required = true)
    private List<String> names = new ArrayList<>();

    @Parameter(names = "--partitions", description = "So many partitions in all; they never become fewer.")
    private Integer partitions;

    @ParametersDelegate
    private ConfigEdits edits = new ConfigEdits();

    @Override
    public String name() {
        return "topics alter";
    }

    @Override
    public String summary() {
        return "Give topics more partitions, or other configs.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater topics alter orders --partitions 12",
                "highwater topics alter orders payments --config retention.ms=86400000 --delete-config segment.bytes");
    }

    @Override
    public int run(final Terminal terminal) {
        final List<ConfigEdit> changes = edits.all();
        if (partitions == null && changes.isEmpty()) {
            throw new UsageException("topics alter needs --partitions, --config or --delete-config");
        }
        int exitCode = ExitCode.DONE;
        if (!changes.isEmpty()) {
            final List<ConfigScope> topics =
                    names.stream().map(ConfigScope::topic).toList();
            exitCode = reportOutcomes(
                    terminal, "altered", ask("topics alter", admin -> admin.alterConfigs(topics, changes, false)));
        }
        if (partitions != null) {
            exitCode = Math.max(
                    exitCode,
                    reportOutcomes(
                            terminal,
                            "grown to " + partitions + " partitions:",
                            ask("topics alter", admin -> admin.createPartitions(names, partitions))));
        }
        return exitCode;
    }
}
