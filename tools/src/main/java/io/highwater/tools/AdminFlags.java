package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.admin.AdminClient;
import io.highwater.protocol.admin.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What the commands that administer share: the admin connection, {@code --json}, how outcomes are told. */
abstract class AdminFlags extends ClusterFlags {
    @Parameter(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    final boolean isJson() {
        return json;
    }

    final <T> T ask(final String what, final Function<AdminClient, CompletableFuture<T>> call) {
        try (AdminClient admin = AdminClient.open(bootstrap(), "highwater-admin", timeoutMs())) {
            return await(call.apply(admin), what);
        }
    }

    /** Prints what was done to standard output and what was not to standard error. */
    final int reportOutcomes(final Terminal terminal, final String done, final List<Outcome> outcomes) {
        boolean isAllDone = true;
        for (final Outcome outcome : outcomes) {
            isAllDone &= outcome.isDone();
            if (json) {
                JsonLine.print(terminal.out(), fields -> {
                    fields.writeStringField("resource", outcome.name());
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

    static String why(final ErrorCode error, final String message) {
        return error + " (" + message + ")";
    }
}
