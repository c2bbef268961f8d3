package io.highwater.broker.api;

import io.highwater.broker.partition.Partition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The topics whose partitions are open on this node, by id: which id a name stands for, only the metadata says. A topic
 * appears as a whole, once all its partitions here are open or known to be missing, and goes as a whole.
 *
 * <p>Safe for any thread.
 */
public final class HostedPartitions {
    private final Map<UUID, HostedTopic> byId = new ConcurrentHashMap<>();

    /** Callers that want to know when a topic is here. Guarded by this. */
    private final Map<UUID, List<Waiting>> waiting = new HashMap<>();

    /** The topic of this id, or null. */
    public HostedTopic topicOrNull(final UUID id) {
        return byId.get(id);
    }

    /** All topics. */
    public Collection<HostedTopic> topics() {
        return byId.values();
    }

    /** The topic can be used from now on, or has more partitions than before, or one more of them is open. */
    public void add(final HostedTopic topic) {
        final List<Runnable> told = new ArrayList<>();
        synchronized (this) {
            byId.put(topic.id(), topic);
            final List<Waiting> all = waiting.get(topic.id());
            if (all != null) {
                all.removeIf(one -> one.partitions <= topic.partitions().length && told.add(one.callback));
                if (all.isEmpty()) {
                    waiting.remove(topic.id());
                }
            }
        }
        told.forEach(Runnable::run);
    }

    /** The topic is gone; whoever waits for it is told too. Returns it, null when it was not here. */
    public HostedTopic remove(final UUID id) {
        final HostedTopic removed;
        final List<Waiting> told;
        synchronized (this) {
            removed = byId.remove(id);
            told = waiting.remove(id);
        }
        if (told != null) {
            told.forEach(one -> one.callback.run());
        }
        return removed;
    }

    /**
     * Runs the callback once the topic is here with so many partitions, or known to be gone; at once, on the caller's
     * thread, when it is here.
     */
    public void whenHosted(final UUID id, final int partitions, final Runnable callback) {
        synchronized (this) {
            final HostedTopic topic = byId.get(id);
            if (topic == null || topic.partitions().length < partitions) {
                waiting.computeIfAbsent(id, unused -> new ArrayList<>()).add(new Waiting(partitions, callback));
                return;
            }
        }
        callback.run();
    }

    /** The callback of {@link #whenHosted} is not wanted any more; it may still come. */
    @SuppressWarnings("ReferenceEquality") // The very callback that was given.
    public synchronized void forget(final UUID id, final Runnable callback) {
        final List<Waiting> all = waiting.get(id);
        if (all != null && all.removeIf(one -> one.callback == callback) && all.isEmpty()) {
            waiting.remove(id);
        }
    }

    private record Waiting(int partitions, Runnable callback) {}

    /**
     * A topic's partitions on this node. Immutable.
     *
     * @param name its name
     * @param id its id
     * @param partitions by index; null where this node has no replica, or could not open it
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; an array is what the hot path wants.
    public record HostedTopic(String name, UUID id, Partition[] partitions) {
        /** The partition, or null. */
        public Partition partitionOrNull(final int index) {
            return index >= 0 && index < partitions.length ? partitions[index] : null;
        }
    }
}
