package io.highwater.tools;

import io.highwater.protocol.admin.AdminClient;
import io.highwater.protocol.admin.GroupListing;
import java.util.List;

/** Lists consumer groups. Confined to the main thread. */
final class GroupsListCommand extends AdminFlags {
    @Override
    public String name() {
        return "groups list";
    }

    @Override
    public String summary() {
        return "List consumer groups.";
    }

    @Override
    public List<String> examples() {
        return List.of("highwater groups list", "highwater groups list --json");
    }

    @Override
    public int run(final Terminal terminal) {
        for (final GroupListing group : ask("groups list", AdminClient::listGroups)) {
            if (isJson()) {
                JsonLine.print(terminal.out(), fields -> {
                    fields.writeStringField("group", group.id());
                    fields.writeStringField("protocolType", group.protocolType());
                    fields.writeStringField("state", group.state());
                });
            } else {
                terminal.out().println(group.id() + "  " + group.state());
            }
        }
        return ExitCode.DONE;
    }
}
