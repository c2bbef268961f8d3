package io.highwater.broker.server;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreHistory;
import io.highwater.broker.core.FatalListener;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the core of a node. Blocks, so it is called on the blocking executor. */
@FunctionalInterface
interface CoreOpener {
    /**
     * The core over its logs below {@code directory}.
     *
     * @param history what is missing or damaged of that is refused
     */
    OpenCore open(BrokerConfig config, NodePorts ports, Path directory, CoreHistory history, FatalListener fatal)
            throws IOException;

    /**
     * A core that runs.
     *
     * @param core its four verbs
     * @param stopping ends it
     */
    record OpenCore(Core core, Stopping stopping) {}

    /** The way a core ends. */
    @FunctionalInterface
    interface Stopping {
        /** Takes no more proposals, ends what is being forced, then runs the callback on the core's shard. */
        void stop(Runnable onStopped);
    }
}
