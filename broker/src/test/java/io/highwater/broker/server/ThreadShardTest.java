package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadShardTest {
    private final AtomicInteger runs = new AtomicInteger();

    /** A force that ends late hands its end over to a shard that is gone. */
    @Test
    void dropsWhatComesAfterItsCloseAndWhatIsNotDueThen() throws Exception {
        final ThreadShard shard = new ThreadShard("closed-shard");
        final CountDownLatch done = new CountDownLatch(1);
        shard.schedule(runs::incrementAndGet, 30);
        shard.execute(done::countDown);
        shard.close();
        assertTrue(done.await(10, TimeUnit.SECONDS), "what came before the close is done");

        shard.execute(runs::incrementAndGet);
        shard.run(runs::incrementAndGet);
        shard.schedule(runs::incrementAndGet, 0).cancel();
        shard.schedule(runs::incrementAndGet, 0);
        TimeUnit.MILLISECONDS.sleep(100);
        assertEquals(0, runs.get());
    }

    @Test
    void aTaskForTheEndOfTimeWaitsForIt() throws Exception {
        try (ThreadShard shard = new ThreadShard("patient-shard")) {
            shard.schedule(runs::incrementAndGet, Long.MAX_VALUE);
            final CountDownLatch done = new CountDownLatch(1);
            shard.schedule(done::countDown, 20);
            assertTrue(done.await(10, TimeUnit.SECONDS));
            assertEquals(0, runs.get());
        }
    }
}
