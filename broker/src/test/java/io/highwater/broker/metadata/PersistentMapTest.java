package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
    @Test
    void itAgreesWithATreeMapAndOldVersionsStay() {
        final SeededRandom random = new SeededRandom(42);
        final TreeMap<Integer, Integer> expected = new TreeMap<>();
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        PersistentMap<Integer, Integer> kept = map;
        TreeMap<Integer, Integer> keptExpected = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            final int key = random.nextInt(500);
            if (random.nextInt(5) < 2) {
                map = map.without(key);
                expected.remove(key);
            } else {
                map = map.with(key, step);
                expected.put(key, step);
            }
            assertEquals(expected.get(key), map.get(key));
            if (step % 1000 == 0) {
                assertEquals(List.copyOf(keptExpected.entrySet()), entries(kept));
                kept = map;
                keptExpected = new TreeMap<>(expected);
                assertEquals(List.copyOf(expected.entrySet()), entries(map));
                assertEquals(expected.size(), map.size());
                assertEquals(List.copyOf(expected.tailMap(250).entrySet()), entries(map.from(250)));
            }
        }
    }

    @Test
    void aChangeCopiesAPathAndNotTheMap() {
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        for (int key = 0; key < 100_000; key++) {
            map = map.with(key, key);
        }

        // An AVL tree is at most 1.44 log2(n) levels high: 24 for a hundred thousand.
        assertTrue(map.height() <= 24, "height " + map.height());
    }

    @Test
    void mapsAreEqualByTheirEntriesWhateverTheirHistory() {
        final PersistentMap<String, Integer> one =
                PersistentMap.<String, Integer>empty().with("a", 1).with("b", 2).with("c", 3);
        final PersistentMap<String, Integer> other = PersistentMap.<String, Integer>empty()
                .with("c", 3)
                .with("x", 9)
                .with("b", 2)
                .with("a", 1)
                .without("x");

        assertEquals(one, other);
        assertEquals(one.hashCode(), other.hashCode());
        assertEquals("{a=1, b=2, c=3}", other.toString());
    }

    @Test
    void whatIsNotThereIsNullAndRemovingItChangesNothing() {
        final PersistentMap<String, Integer> map =
                PersistentMap.<String, Integer>empty().with("a", 1);

        assertNull(map.get("b"));
        assertSame(map, map.without("b"));
        assertSame(PersistentMap.empty(), map.without("a"));
        assertThrows(IllegalArgumentException.class, () -> map.with("b", null));
    }

    private static <K extends Comparable<? super K>, V> List<Map.Entry<K, V>> entries(
            final Iterable<Map.Entry<K, V>> entries) {
        final List<Map.Entry<K, V>> list = new ArrayList<>();
        entries.forEach(list::add);
        return list;
    }
}
