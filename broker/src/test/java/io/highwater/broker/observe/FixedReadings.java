package io.highwater.broker.observe;

import java.util.ArrayList;
import java.util.List;

/** A node whose readings the test sets. */
final class FixedReadings implements NodeReadings {
    volatile boolean ready;
    final List<TopicReading> topics =
            new ArrayList<>(List.of(new TopicReading("orders", 1, 10), new TopicReading("bills", 2, 20)));

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public long frameBytesInFlight() {
        return 4_096;
    }

    @Override
    public long frameBytesMax() {
        return 8_192;
    }

    @Override
    public int connectionsWaitingForMemory() {
        return 0;
    }

    @Override
    public long logForces() {
        return 7;
    }

    @Override
    public int offlineLogDirectories() {
        return 0;
    }

    @Override
    public long unforcedBytes() {
        return 0;
    }

    @Override
    public List<TopicReading> topics() {
        return List.copyOf(topics);
    }
}
