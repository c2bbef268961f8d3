package io.highwater.tools;

import com.beust.jcommander.Parameter;
import java.util.ArrayList;
import java.util.List;

/** Deletes topics with all their records. Confined to the main thread. */
final class TopicsDeleteCommand extends TopicsFlags {
    @Parameter(description = "TOPIC...", required = true)
    private List<String> names = new ArrayList<>();

    @Override
    public String name() {
        return "topics delete";
    }

    @Override
    public String summary() {
        return "Delete topics with all their records.";
    }

    @Override
    public List<String> examples() {
        return List.of("highwater topics delete orders", "highwater topics delete orders payments --json");
    }

    @Override
    public int run(final Terminal terminal) {
        return report(terminal, "deleted", ask("topics delete", admin -> admin.deleteTopics(names)));
    }
}
