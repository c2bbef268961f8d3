package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.segment.Segment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class PublishedEndTest {
    /** One thread publishes pairs that belong together, the other must never see two that don't. */
    @Test
    void aReaderNeverSeesHalfAnEnd() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(1);
        disk.createDirectories(Path.of("/d"));
        final Segment segment = Segment.create(disk, Path.of("/d"), 0, 4096);
        final PublishedEnd end = new PublishedEnd();
        end.publish(segment, 0, 0);
        final AtomicReference<String> torn = new AtomicReference<>();
        final long last = 2_000_000;
        final Thread reader = new Thread(() -> {
            final PublishedEnd.Seen seen = new PublishedEnd.Seen();
            long before = 0;
            while (before < last && torn.get() == null) {
                end.read(seen);
                if (seen.appendedBytes != 3 * seen.offset || seen.offset < before) {
                    torn.set(seen.offset + " with " + seen.appendedBytes + " after " + before);
                }
                before = seen.offset;
            }
        });
        reader.start();
        for (long offset = 1; offset <= last; offset++) {
            end.publish(segment, offset, 3 * offset);
        }
        reader.join();
        assertNull(torn.get());
        final PublishedEnd.Seen seen = new PublishedEnd.Seen();
        end.read(seen);
        assertEquals(last, seen.offset);
    }
}
