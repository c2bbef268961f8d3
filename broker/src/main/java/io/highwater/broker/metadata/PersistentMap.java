package io.highwater.broker.metadata;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;

/**
 * A sorted map of which every version stays: an AVL tree whose changes copy the path to the root (about 1.44 log2 n
 * nodes) and share the rest. Sorted rather than hashed, so that the order of iteration is the keys' own.
 *
 * <p>Immutable, so safe for any thread.
 *
 * @param <K> ordered by {@code compareTo}, which must agree with {@code equals}.
 * @param <V> never null.
 */
public final class PersistentMap<K extends Comparable<? super K>, V> implements Iterable<Map.Entry<K, V>> {
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(null);

    private final Node<K, V> root;

    private PersistentMap(final Node<K, V> root) {
        this.root = root;
    }

    /** The map without entries. */
    @SuppressWarnings("unchecked") // Holds no key and no value, so it fits every type.
    public static <K extends Comparable<? super K>, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    /** The number of entries. */
    public int size() {
        return size(root);
    }

    /** True without entries. */
    public boolean isEmpty() {
        return root == null;
    }

    /** The key's value, or null. */
    public V get(final K key) {
        Node<K, V> node = root;
        while (node != null) {
            final int order = key.compareTo(node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** True when the key has a value. */
    public boolean containsKey(final K key) {
        return get(key) != null;
    }

    /** This map with the key's value set or replaced. */
    public PersistentMap<K, V> with(final K key, final V value) {
        if (value == null) {
            throw new IllegalArgumentException("null value for key " + key);
        }
        return new PersistentMap<>(with(root, key, value));
    }

    /** This map without the key. */
    public PersistentMap<K, V> without(final K key) {
        if (!containsKey(key)) {
            return this;
        }
        final Node<K, V> rest = without(root, key);
        return rest == null ? empty() : new PersistentMap<>(rest);
    }

    /** Calls the consumer for each entry in the keys' order. */
    public void forEach(final BiConsumer<? super K, ? super V> consumer) {
        forEach(root, consumer);
    }

    /** All entries in the keys' order. */
    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        return new Ascending<>(root, null);
    }

    /** The entries whose keys are not less than the given one, in the keys' order. */
    public Iterable<Map.Entry<K, V>> from(final K lowest) {
        return () -> new Ascending<>(root, lowest);
    }

    @Override
    public boolean equals(final Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof PersistentMap<?, ?> that) || size() != that.size()) {
            return false;
        }
        final Iterator<? extends Map.Entry<?, ?>> mine = iterator();
        final Iterator<? extends Map.Entry<?, ?>> theirs = that.iterator();
        while (mine.hasNext()) {
            if (!mine.next().equals(theirs.next())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (final Map.Entry<K, V> entry : this) {
            hash = 31 * hash + entry.hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder("{");
        for (final Map.Entry<K, V> entry : this) {
            text.append(text.length() == 1 ? "" : ", ")
                    .append(entry.getKey())
                    .append('=')
                    .append(entry.getValue());
        }
        return text.append('}').toString();
    }

    /** Levels from the root to the deepest leaf: what a change copies at most. */
    int height() {
        return height(root);
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> with(
            final Node<K, V> node, final K key, final V value) {
        if (node == null) {
            return new Node<>(key, value, null, null);
        }
        final int order = key.compareTo(node.key);
        if (order == 0) {
            return new Node<>(key, value, node.left, node.right);
        }
        return order < 0
                ? balanced(node, with(node.left, key, value), node.right)
                : balanced(node, node.left, with(node.right, key, value));
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> without(final Node<K, V> node, final K key) {
        final int order = key.compareTo(node.key);
        if (order < 0) {
            return balanced(node, without(node.left, key), node.right);
        }
        if (order > 0) {
            return balanced(node, node.left, without(node.right, key));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        Node<K, V> successor = node.right;
        while (successor.left != null) {
            successor = successor.left;
        }
        return balanced(successor, node.left, without(node.right, successor.key));
    }

    /** The entry of {@code node} over these two subtrees, whose heights differ by two at most. */
    private static <K, V> Node<K, V> balanced(final Node<K, V> node, final Node<K, V> left, final Node<K, V> right) {
        final int lean = height(left) - height(right);
        if (lean > 1) {
            if (height(left.left) >= height(left.right)) {
                return new Node<>(left, left.left, new Node<>(node, left.right, right));
            }
            final Node<K, V> top = left.right;
            return new Node<>(top, new Node<>(left, left.left, top.left), new Node<>(node, top.right, right));
        }
        if (lean < -1) {
            if (height(right.right) >= height(right.left)) {
                return new Node<>(right, new Node<>(node, left, right.left), right.right);
            }
            final Node<K, V> top = right.left;
            return new Node<>(top, new Node<>(node, left, top.left), new Node<>(right, top.right, right.right));
        }
        return new Node<>(node, left, right);
    }

    private static <K, V> void forEach(final Node<K, V> node, final BiConsumer<? super K, ? super V> consumer) {
        if (node != null) {
            forEach(node.left, consumer);
            consumer.accept(node.key, node.value);
            forEach(node.right, consumer);
        }
    }

    private static int height(final Node<?, ?> node) {
        return node == null ? 0 : node.height;
    }

    private static int size(final Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }

    /** An entry and what is below it. */
    private static final class Node<K, V> {
        final K key;
        final V value;
        final Node<K, V> left;
        final Node<K, V> right;
        final int height;
        final int size;

        Node(final K key, final V value, final Node<K, V> left, final Node<K, V> right) {
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.height = Math.max(height(left), height(right)) + 1;
            this.size = size(left) + size(right) + 1;
        }

        Node(final Node<K, V> entry, final Node<K, V> left, final Node<K, V> right) {
            this(entry.key, entry.value, left, right);
        }
    }

    /** In-order walk; the stack holds the nodes whose left side is done. */
    private static final class Ascending<K extends Comparable<? super K>, V> implements Iterator<Map.Entry<K, V>> {
        private final ArrayDeque<Node<K, V>> stack = new ArrayDeque<>();

        Ascending(final Node<K, V> root, final K lowestOrNull) {
            Node<K, V> node = root;
            while (node != null) {
                if (lowestOrNull != null && node.key.compareTo(lowestOrNull) < 0) {
                    node = node.right;
                } else {
                    stack.push(node);
                    node = node.left;
                }
            }
        }

        @Override
        public boolean hasNext() {
            return !stack.isEmpty();
        }

        @Override
        public Map.Entry<K, V> next() {
            if (stack.isEmpty()) {
                throw new NoSuchElementException();
            }
            final Node<K, V> next = stack.pop();
            for (Node<K, V> node = next.right; node != null; node = node.left) {
                stack.push(node);
            }
            return Map.entry(next.key, next.value);
        }
    }
}
