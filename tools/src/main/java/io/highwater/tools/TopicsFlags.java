package io.highwater.tools;

import io.highwater.protocol.Uuids;
import io.highwater.protocol.admin.TopicResult;
import java.util.List;
import java.util.UUID;

/** What the {@code topics} commands share: how outcomes are told. */
abstract class TopicsFlags extends AdminFlags {
    /** Prints what was done to standard output and what was not to standard error. */
    final int report(final Terminal terminal, final String done, final List<TopicResult> outcomes) {
        boolean isAllDone = true;
        for (final TopicResult outcome : outcomes) {
            isAllDone &= outcome.isDone();
            if (isJson()) {
                JsonLine.print(terminal.out(), fields -> {
                    fields.writeStringField("topic", outcome.name());
                    fields.writeStringField("id", idText(outcome.id()));
                    fields.writeStringField("error", outcome.error().name());
                    if (!outcome.isDone()) {
                        fields.writeStringField("message", outcome.message());
                    }
                });
            } else if (outcome.isDone()) {
                terminal.out().println(done + " " + outcome.name());
            } else {
                terminal.err().println("highwater: " + outcome.name() + ": " + why(outcome.error(), outcome.message()));
            }
        }
        return isAllDone ? ExitCode.DONE : ExitCode.FAILED;
    }

    static String idText(final UUID id) {
        return Uuids.toString(id);
    }
}
