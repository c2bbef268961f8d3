package io.highwater.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.History.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tester is tested: each doctored history must be caught, and a true one must pass. */
class HistoryTest {
    private final History history = new History();
    private final List<Entry> stored = new ArrayList<>();

    @BeforeEach
    void tenRecordsOfWhichTheLastWasNeverAcknowledged() {
        for (int i = 0; i < 10; i++) {
            stored.add(new Entry(i, 100 + i));
            if (i < 9) {
                history.acknowledged(i, 100 + i);
            }
        }
    }

    @Test
    void acceptsTheTruth() {
        assertEquals(List.of(), history.violations(stored));
    }

    @Test
    void acceptsThatAnUnacknowledgedRecordIsMissing() {
        stored.remove(9);
        assertEquals(List.of(), history.violations(stored));
    }

    @Test
    void catchesALostRecord() {
        stored.remove(4);
        assertEquals(List.of("lost: 4 acknowledged at 104"), history.violations(stored));
    }

    @Test
    void catchesADuplicate() {
        stored.add(new Entry(4, 110));
        assertEquals(List.of("duplicated: 4 at 104 and 110"), history.violations(stored));
    }

    @Test
    void catchesReordering() {
        Collections.swap(stored, 3, 4);
        assertTrue(history.violations(stored).contains("reordered: 3 after 4 at 103"));
    }

    @Test
    void catchesAMovedRecord() {
        stored.set(4, new Entry(4, 204));
        assertEquals(List.of("moved: 4 acknowledged at 104, stored at 204"), history.violations(stored));
    }
}
