package io.highwater.tools;

import io.highwater.protocol.admin.TopicDescription;
import java.util.List;

/** Lists topics. Confined to the main thread. */
final class TopicsListCommand extends TopicsFlags {
    @Override
    public String name() {
        return "topics list";
    }

    @Override
    public String summary() {
        return "List topics.";
    }

    @Override
    public List<String> examples() {
        return List.of("highwater topics list", "highwater topics list --bootstrap 127.0.0.1:9092 --json");
    }

    @Override
    public int run(final Terminal terminal) {
        for (final TopicDescription topic : ask("topics list", admin -> admin.listTopics())) {
            if (isJson()) {
                JsonLine.print(terminal.out(), fields -> {
                    fields.writeStringField("topic", topic.name());
                    fields.writeStringField("id", idText(topic.id()));
                    fields.writeNumberField("partitions", topic.partitions().size());
                    fields.writeBooleanField("internal", topic.isInternal());
                });
            } else {
                terminal.out().println(topic.name());
            }
        }
        return ExitCode.DONE;
    }
}
