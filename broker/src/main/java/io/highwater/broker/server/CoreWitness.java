package io.highwater.broker.server;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.core.CoreHistory;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogStorageException;
import io.highwater.protocol.message.Message;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in the data directory's journal how far one group of the core was durable. The newest write of a log can't tell
 * bit rot from a write that was torn; cut off for torn, it could take with it the topic whose partitions this directory
 * holds, which would then be deleted as forgotten ones. A partition is never durable without the entry that made it.
 *
 * <p>Called on the core's shard; does not block.
 */
final class CoreWitness implements Core.Watcher<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(CoreWitness.class);

    private final LogDirectory directory;
    private final CoreGroup<?> group;

    CoreWitness(final LogDirectory directory, final CoreGroup<?> group) {
        this.directory = directory;
        this.group = group;
    }

    /** What the directory knows of the core of the former run. */
    static CoreHistory historyIn(final LogDirectory directory) {
        // The cluster's id is noted after the core has it, so whoever knows one had a core. What is empty beside it was
        // lost: taken for new, it would name no topic, and the data of all of them would be deleted.
        return new CoreHistory(
                directory.clusterIdOrNull() != null,
                directory.witnessed(nameOf(CoreGroup.META)),
                directory.witnessed(nameOf(CoreGroup.GROUPS)));
    }

    @Override
    public void onImage(final long index, final Object image) {
        note(index);
    }

    @Override
    public void onRecords(final long index, final List<Message> records, final Object image) {
        note(index);
    }

    private void note(final long index) {
        try {
            directory.witness(nameOf(group), index);
        } catch (final LogStorageException e) {
            // The directory has failed or is closed; whoever uses it next is told so and acts on it.
            LOG.debug("{}", e.getMessage());
        }
    }

    private static String nameOf(final CoreGroup<?> group) {
        return "core/" + group.directoryName();
    }
}
