package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.TopicPartitionKey;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MissingPartitionsTest {
    private static final TopicPartitionKey ORDERS = new TopicPartitionKey("orders", 0, new UUID(1, 1));
    private static final TopicPartitionKey BILLS = new TopicPartitionKey("bills", 0, new UUID(1, 2));

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final MissingPartitions missing = new MissingPartitions(scheduler.clock());

    @Test
    void isDueAfterASecondAndThenAfterTwiceTheTimeUpToThirtySeconds() {
        missing.onFailed(ORDERS, "disk full");
        final List<Integer> seconds = new ArrayList<>();
        for (int second = 1; second <= 122; second++) {
            scheduler.runFor(1_000);
            if (!missing.due().isEmpty()) {
                seconds.add(second);
                missing.onFailed(ORDERS, "disk full");
            }
        }
        assertEquals(List.of(1, 3, 7, 15, 31, 61, 91, 121), seconds);
    }

    @Test
    void aNewOneDoesNotWaitForThoseThatAreMissingLong() {
        for (int i = 0; i < 5; i++) {
            missing.onFailed(ORDERS, "damaged");
        }
        missing.onFailed(BILLS, "disk full");
        scheduler.runFor(1_000);
        assertEquals(List.of(BILLS), missing.due());
    }

    @Test
    void aReasonIsNewsOnceUntilThereIsAnotherOrThePartitionWasBack() {
        assertTrue(missing.onFailed(ORDERS, "disk full"));
        assertFalse(missing.onFailed(ORDERS, "disk full"));
        assertTrue(missing.onFailed(BILLS, "disk full"));
        assertTrue(missing.onFailed(ORDERS, "damaged"));
        assertFalse(missing.onFailed(ORDERS, "damaged"));
        assertTrue(missing.remove(ORDERS));
        assertFalse(missing.remove(ORDERS));
        assertTrue(missing.onFailed(ORDERS, "damaged"));
    }
}
