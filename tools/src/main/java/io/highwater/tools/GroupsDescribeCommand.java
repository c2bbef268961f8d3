package io.highwater.tools;

import com.beust.jcommander.Parameter;
import com.fasterxml.jackson.core.JsonGenerator;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.admin.GroupDetails;
import io.highwater.protocol.admin.GroupOffset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Says who is in a group and how far it is. Confined to the main thread. */
final class GroupsDescribeCommand extends AdminFlags {
    private static final String UNKNOWN_STATE = "Dead";

    @Parameter(description = "GROUP...", required = true)
    private List<String> ids = new ArrayList<>();

    @Override
    public String name() {
        return "groups describe";
    }

    @Override
    public String summary() {
        return "Say who is in consumer groups, and how far they are.";
    }

    @Override
    public List<String> examples() {
        return List.of("highwater groups describe billing", "highwater groups describe billing shipping --json");
    }

    @Override
    public int run(final Terminal terminal) {
        int exitCode = ExitCode.DONE;
        for (final GroupDetails group : ask("groups describe", admin -> admin.describeGroups(ids))) {
            if (group.error() != ErrorCode.NONE || group.state().equals(UNKNOWN_STATE)) {
                final ErrorCode error = group.error() == ErrorCode.NONE ? ErrorCode.GROUP_ID_NOT_FOUND : group.error();
                terminal.err().println("highwater: " + group.id() + ": " + why(error, error.defaultMessage()));
                exitCode = ExitCode.FAILED;
                continue;
            }
            final List<GroupOffset> offsets = ask("groups describe", admin -> admin.groupOffsets(group.id()));
            if (isJson()) {
                JsonLine.print(terminal.out(), fields -> describe(fields, group, offsets));
            } else {
                describe(terminal, group, offsets);
            }
        }
        return exitCode;
    }

    private static void describe(final Terminal terminal, final GroupDetails group, final List<GroupOffset> offsets) {
        terminal.out()
                .println(group.id() + "  " + group.state()
                        + (group.protocol().isEmpty() ? "" : "  protocol " + group.protocol()));
        for (final GroupDetails.Member member : group.members()) {
            terminal.out()
                    .println("  member " + member.id() + "  client " + member.clientId() + "  at " + member.host());
        }
        for (final GroupOffset offset : offsets) {
            terminal.out()
                    .println("  " + offset.topic() + "-" + offset.partition() + "  committed " + offset.committed()
                            + "  end " + (offset.end() < 0 ? "?" : offset.end()) + "  lag "
                            + (offset.lag() < 0 ? "?" : offset.lag()));
        }
    }

    private static void describe(final JsonGenerator json, final GroupDetails group, final List<GroupOffset> offsets)
            throws IOException {
        json.writeStringField("group", group.id());
        json.writeStringField("state", group.state());
        json.writeStringField("protocol", group.protocol());
        json.writeArrayFieldStart("members");
        for (final GroupDetails.Member member : group.members()) {
            json.writeStartObject();
            json.writeStringField("id", member.id());
            json.writeStringField("instanceId", member.instanceIdOrNull());
            json.writeStringField("clientId", member.clientId());
            json.writeStringField("host", member.host());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("offsets");
        for (final GroupOffset offset : offsets) {
            json.writeStartObject();
            json.writeStringField("topic", offset.topic());
            json.writeNumberField("partition", offset.partition());
            json.writeNumberField("committed", offset.committed());
            json.writeNumberField("end", offset.end());
            json.writeNumberField("lag", offset.lag());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
