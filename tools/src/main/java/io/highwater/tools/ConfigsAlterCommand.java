package io.highwater.tools;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import io.highwater.protocol.admin.ConfigEdit;
import java.util.List;

/** Changes configs of topics, and those of brokers that may change while they run. Confined to the main thread. */
final class ConfigsAlterCommand extends ConfigsFlags {
    @Parameter(names = "--validate-only", description = "Only say whether it could be done.")
    private boolean validateOnly;

    @ParametersDelegate
    private ConfigEdits edits = new ConfigEdits();

    @Override
    public String name() {
        return "configs alter";
    }

    @Override
    public String summary() {
        return "Change configs of topics and brokers.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater configs alter --topic orders --config retention.ms=86400000",
                "highwater configs alter --all-brokers --config message.max.bytes=2000000",
                "highwater configs alter --broker 1 --delete-config message.max.bytes");
    }

    @Override
    public int run(final Terminal terminal) {
        final List<ConfigEdit> changes = edits.all();
        if (changes.isEmpty()) {
            throw new UsageException("configs alter needs --config or --delete-config");
        }
        return reportOutcomes(
                terminal,
                validateOnly ? "valid for" : "altered",
                ask("configs alter", admin -> admin.alterConfigs(scopes(), changes, validateOnly)));
    }
}
