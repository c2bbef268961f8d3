package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.admin.ConfigEdit;
import java.util.ArrayList;
import java.util.List;

/** The flags that change configs, for the commands that have them. Confined to the main thread. */
final class ConfigEdits {
    @Parameter(
            names = "--config",
            splitter = WholeValue.class,
            description = "KEY=VALUE to set; may be given many times")
    private List<String> settings = new ArrayList<>();

    @Parameter(
            names = "--delete-config",
            splitter = WholeValue.class,
            description = "KEY to set back to what is in force without; may be given many times")
    private List<String> deleted = new ArrayList<>();

    List<ConfigEdit> all() {
        final List<ConfigEdit> edits = new ArrayList<>();
        for (final String setting : settings) {
            final int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--config takes KEY=VALUE, got '" + setting + "'");
            }
            edits.add(new ConfigEdit(
                    setting.substring(0, equals).strip(),
                    setting.substring(equals + 1).strip()));
        }
        deleted.forEach(name -> edits.add(new ConfigEdit(name.strip(), null)));
        return edits;
    }
}
