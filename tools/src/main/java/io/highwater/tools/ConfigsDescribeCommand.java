package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.admin.DescribedConfigs;
import java.util.List;

/** Says which configs are in force. Confined to the main thread. */
final class ConfigsDescribeCommand extends ConfigsFlags {
    @Parameter(names = "--all", description = "Defaults too, and what each config does.")
    private boolean all;

    @Override
    public String name() {
        return "configs describe";
    }

    @Override
    public String summary() {
        return "Say which configs topics and brokers have.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater configs describe --topic orders", "highwater configs describe --broker 1 --all --json");
    }

    @Override
    public int run(final Terminal terminal) {
        int exitCode = ExitCode.DONE;
        for (final DescribedConfigs configs : ask("configs describe", admin -> admin.describeConfigs(scopes()))) {
            if (configs.error() != ErrorCode.NONE) {
                terminal.err()
                        .println("highwater: " + configs.scope() + ": " + why(configs.error(), configs.message()));
                exitCode = ExitCode.FAILED;
                continue;
            }
            for (final DescribedConfigs.Entry entry : configs.entries()) {
                if (all || !entry.isDefault()) {
                    print(terminal, configs, entry);
                }
            }
        }
        return exitCode;
    }

    private void print(final Terminal terminal, final DescribedConfigs configs, final DescribedConfigs.Entry entry) {
        if (isJson()) {
            JsonLine.print(terminal.out(), fields -> {
                fields.writeStringField("resource", configs.scope().toString());
                fields.writeStringField("name", entry.name());
                fields.writeStringField("value", entry.value());
                fields.writeBooleanField("default", entry.isDefault());
                fields.writeBooleanField("readOnly", entry.isReadOnly());
                fields.writeStringField("documentation", entry.documentation());
            });
            return;
        }
        final String value = entry.value() == null ? "(secret)" : entry.value();
        terminal.out()
                .println(configs.scope() + "  " + entry.name() + "=" + value + (entry.isDefault() ? "  (default)" : "")
                        + (all ? "  # " + entry.documentation() : ""));
    }
}
