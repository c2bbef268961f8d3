package io.highwater.log.disk;

import io.highwater.port.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Names, as the cache has them and as the device has them. Between two forces the changes are a list; at a crash some
 * prefix of it, seeded, has reached the device, as on a journaling file system; other directories draw their own.
 */
final class SimulatedDirectory extends SimulatedNode {
    private TreeMap<String, SimulatedNode> names = new TreeMap<>();
    private final TreeMap<String, SimulatedNode> durableNames = new TreeMap<>();
    private final List<Change> unforced = new ArrayList<>();

    SimulatedDirectory(final long id) {
        super(id);
    }

    SimulatedNode get(final String name) {
        return names.get(name);
    }

    List<String> list() {
        return new ArrayList<>(names.keySet());
    }

    /** Itself and all below, also what only the device still knows and what only the unforced changes name. */
    void collect(final Set<SimulatedNode> found) {
        if (!found.add(this)) {
            return;
        }
        names.values().forEach(node -> collect(node, found));
        durableNames.values().forEach(node -> collect(node, found));
        unforced.forEach(change -> collect(change.node, found));
    }

    private static void collect(final SimulatedNode node, final Set<SimulatedNode> found) {
        if (node instanceof SimulatedDirectory directory) {
            directory.collect(found);
        } else if (node != null) {
            found.add(node);
        }
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    void put(final String name, final SimulatedNode node) {
        change(new Change(null, name, node));
    }

    void remove(final String name) {
        change(new Change(name, null, null));
    }

    void rename(final String from, final String to) {
        change(new Change(from, to, names.get(from)));
    }

    void force() {
        settle(unforced.size());
    }

    @Override
    void crash(final RandomSource random) {
        settle(unforced.isEmpty() ? 0 : random.nextInt(unforced.size() + 1));
        names = new TreeMap<>(durableNames);
    }

    private void change(final Change change) {
        change.applyTo(names);
        unforced.add(change);
    }

    private void settle(final int count) {
        for (int i = 0; i < count; i++) {
            unforced.get(i).applyTo(durableNames);
        }
        unforced.clear();
    }

    /** In one step, {@code removed} loses its name and {@code added} gets the node; null for none. */
    private record Change(String removed, String added, SimulatedNode node) {
        void applyTo(final TreeMap<String, SimulatedNode> target) {
            if (removed != null) {
                target.remove(removed);
            }
            if (added != null) {
                target.put(added, node);
            }
        }
    }
}
