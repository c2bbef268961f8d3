package io.highwater.broker.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PersistentMapTest {
    @Test
    void agreesWithANaiveMapThroughRandomChanges() {
        final SeededRandom random = new SeededRandom(1);
        final TreeMap<Integer, String> naive = new TreeMap<>();
        PersistentMap<Integer, String> map = PersistentMap.empty();
        for (int step = 0; step < 20_000; step++) {
            final int key = random.nextInt(500);
            if (random.nextInt(3) == 0) {
                naive.remove(key);
                map = map.without(key);
            } else {
                naive.put(key, "v" + step);
                map = map.with(key, "v" + step);
            }
            assertEquals(naive.size(), map.size());
            assertEquals(naive.get(key), map.get(key));
            if (step % 500 == 0) {
                assertEquals(entries(naive.entrySet()), entries(map));
                assertEquals(entries(naive.tailMap(250).entrySet()), entries(map.from(250)));
            }
        }
    }

    @Test
    void keepsEveryVersionAsItWas() {
        final PersistentMap<String, Integer> first = PersistentMap.<String, Integer>empty().with("a", 1).with("b", 2);
        final PersistentMap<String, Integer> second = first.with("a", 3).without("b");
        assertEquals(1, first.get("a"));
        assertEquals(2, first.get("b"));
        assertEquals(3, second.get("a"));
        assertNull(second.get("b"));
        assertNotEquals(first, second);
        assertEquals(first, second.with("b", 2).with("a", 1));
        assertTrue(second.without("a").isEmpty());
    }

    /** A change copies the path to the root: 1.44 log2 of 10,000 is 19. */
    @Test
    void staysFlatWhenKeysComeInOrder() {
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        for (int key = 0; key < 10_000; key++) {
            map = map.with(key, key);
        }
        assertTrue(map.height() <= 19, "height " + map.height());
        for (int key = 0; key < 9_900; key++) {
            map = map.without(key);
        }
        assertTrue(map.height() <= 9, "height " + map.height());
    }

    private static List<String> entries(final Iterable<? extends Map.Entry<Integer, String>> entries) {
        final List<String> list = new ArrayList<>();
        for (final Map.Entry<Integer, String> entry : entries) {
            list.add(entry.toString());
        }
        return list;
    }
}
