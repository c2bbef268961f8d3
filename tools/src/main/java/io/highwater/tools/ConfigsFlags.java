package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.protocol.admin.ConfigScope;
import java.util.ArrayList;
import java.util.List;

/** What the {@code configs} commands share: whose configs. Confined to the main thread. */
abstract class ConfigsFlags extends AdminFlags {
    @Parameter(names = "--topic", description = "A topic; may be given many times")
    private List<String> topics = new ArrayList<>();

    @Parameter(names = "--broker", description = "A broker's id")
    private Integer broker;

    @Parameter(names = "--all-brokers", description = "What was changed for all brokers while they run")
    private boolean allBrokers;

    final List<ConfigScope> scopes() {
        final List<ConfigScope> scopes = new ArrayList<>();
        topics.forEach(topic -> scopes.add(ConfigScope.topic(topic)));
        if (broker != null) {
            scopes.add(ConfigScope.broker(broker));
        }
        if (allBrokers) {
            scopes.add(ConfigScope.allBrokers());
        }
        if (scopes.isEmpty()) {
            throw new UsageException(name() + " needs --topic, --broker or --all-brokers");
        }
        return scopes;
    }
}
