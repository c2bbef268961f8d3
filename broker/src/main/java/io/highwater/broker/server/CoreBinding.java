package io.highwater.broker.server;

import io.highwater.broker.core.FatalListener;
import java.io.IOException;
import java.nio.file.Path;

final class CoreBinding {
    private CoreBinding() {}

    static CoreOpener.OpenCore open(
            final BrokerConfig config, final NodePorts ports, final Path directory, final FatalListener fatal)
            throws IOException {
        throw new IOException("core");
    }
}
