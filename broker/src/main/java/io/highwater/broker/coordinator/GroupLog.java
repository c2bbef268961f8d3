package io.highwater.broker.coordinator;

import io.highwater.broker.core.AppendRecords;
import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.core.KeyedRecords;
import io.highwater.broker.group.GroupKeys;
import io.highwater.broker.group.GroupRecordSizes;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code groups} log as the coordinator uses it: proposals whose end is told on the coordinator's shard, and only
 * when what they wrote can be read there too. So whoever was told of a commit reads it.
 *
 * <p>Confined to the coordinator's shard.
 */
final class GroupLog {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLog.class);

    /** What the log says by now, null until it is loaded. Never goes back. */
    private KeyedRecords imageOrNull;

    /** So that the log says once, and not at every refusal, that it is full. */
    private boolean isFull;

    /** Proposals that are durable but not yet in the image, in the order of their indexes. */
    private final Queue<Durable> durable = new ArrayDeque<>();

    private final Shard shard;
    private final Clock clock;
    private final Core core;
    private final int timeoutMs;
    private final long bytesMax;

    GroupLog(final Shard shard, final Clock clock, final Core core, final int timeoutMs, final long bytesMax) {
        this.bytesMax = bytesMax;
        this.shard = shard;
        this.clock = clock;
        this.core = core;
        this.timeoutMs = timeoutMs;
    }

    /** Follows the log from its beginning; {@code onLoaded} is called once, with all that it says at first. */
    void open(final Consumer<KeyedRecords> onLoaded) {
        core.watch(CoreGroup.GROUPS, 0, new Core.Watcher<KeyedRecords>() {
            @Override
            public void onImage(final long index, final KeyedRecords image) {
                shard.execute(() -> advance(image, onLoaded));
            }

            @Override
            public void onRecords(final long index, final List<Message> records, final KeyedRecords image) {
                shard.execute(() -> advance(image, onLoaded));
            }
        });
    }

    boolean isLoaded() {
        return imageOrNull != null;
    }

    /** What the log says by now. */
    KeyedRecords image() {
        if (imageOrNull == null) {
            throw new IllegalStateException("the groups log is not loaded");
        }
        return imageOrNull;
    }

    /** How many bytes more the image would take with these records. What is under way does not count. */
    long growthBy(final List<Message> records) {
        long bytes = 0;
        for (final Message record : records) {
            final Message replaced = image().latest().get(GroupKeys.of(record));
            bytes += GroupRecordSizes.heldBytes(record) - (replaced == null ? 0 : GroupRecordSizes.heldBytes(replaced));
        }
        return bytes;
    }

    /** False when the image is as large as it may be, and would grow. */
    boolean hasRoomFor(final long moreBytes) {
        final boolean wasFull = isFull;
        isFull = image().heldBytes() + moreBytes > bytesMax;
        if (isFull && !wasFull && moreBytes > 0) {
            LOG.warn(
                    "groups: committed offsets and group states take {} of {} bytes (group.offsets.max.bytes), new ones are"
                            + " refused",
                    image().heldBytes(),
                    bytesMax);
        }
        return !isFull || moreBytes <= 0;
    }

    /** Appends the records in one entry. The end is told on the coordinator's shard: NONE, or why not. */
    void propose(final List<Message> records, final Consumer<ErrorCode> done) {
        final long deadlineMs = clock.monotonicMs() + timeoutMs;
        core.propose(CoreGroup.GROUPS, new AppendRecords(records), deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message response) {
                shard.execute(() -> onDurable(index, done));
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                shard.execute(() -> {
                    LOG.warn("groups: {} records not made durable: {}", records.size(), failure);
                    done.accept(errorOf(failure));
                });
            }
        });
    }

    private void onDurable(final long index, final Consumer<ErrorCode> done) {
        if (imageOrNull != null && imageOrNull.version() >= index) {
            done.accept(ErrorCode.NONE);
        } else {
            durable.add(new Durable(index, done));
        }
    }

    private void advance(final KeyedRecords image, final Consumer<KeyedRecords> onLoaded) {
        final boolean isFirst = imageOrNull == null;
        if (isFirst || image.version() > imageOrNull.version()) {
            imageOrNull = image;
        }
        if (isFirst) {
            onLoaded.accept(image);
        }
        while (!durable.isEmpty() && durable.peek().index() <= imageOrNull.version()) {
            durable.poll().done().accept(ErrorCode.NONE);
        }
    }

    /** What clients know of these: they look for the coordinator again, or give up the request that can't succeed. */
    private static ErrorCode errorOf(final CoreFailure failure) {
        return switch (failure) {
            case NOT_LEADER -> ErrorCode.NOT_COORDINATOR;
            case TOO_LARGE -> ErrorCode.MESSAGE_TOO_LARGE;
            case TIMED_OUT, OVERLOADED, STOPPED -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
            case INTERNAL -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    private record Durable(long index, Consumer<ErrorCode> done) {}
}
