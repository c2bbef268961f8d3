package io.highwater.broker.observe;

import io.highwater.protocol.ApiKey;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of one broker. The hot path only adds; whoever shows them only reads.
 *
 * <p>Safe for any thread because each counter is striped.
 */
public final class Metrics {
    /** Upper bounds of the latency buckets in microseconds: powers of four from 64 µs to 16.8 s; one more above. */
    private static final int BUCKET_SHIFT_FIRST = 6;

    private static final int BUCKET_SHIFT_STEP = 2;
    private static final int BUCKETS = 11;

    private final LongAdder connectionsOpened = new LongAdder();
    private final LongAdder connectionsClosed = new LongAdder();
    private final LongAdder connectionsMuted = new LongAdder();
    private final LongAdder connectionsRefused = new LongAdder();
    private final LongAdder badRequests = new LongAdder();
    private final LongAdder bytesAppended = new LongAdder();
    private final LongAdder recordsAppended = new LongAdder();
    private final LongAdder bytesFetched = new LongAdder();
    private final LongAdder bytesParked = new LongAdder();
    private final LongAdder fetchesNotParked = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final Api[] apis;

    /** All at zero. */
    public Metrics() {
        int highest = 0;
        for (final ApiKey key : ApiKey.values()) {
            highest = Math.max(highest, key.id());
        }
        apis = new Api[highest + 1];
    }

    /** A client connected. */
    public void connectionOpened() {
        connectionsOpened.increment();
    }

    /** A client's connection is gone. */
    public void connectionClosed() {
        connectionsClosed.increment();
    }

    /** A connection is not read any more until the disk has caught up; {@link #connectionUnmuted} follows. */
    public void connectionMuted() {
        connectionsMuted.increment();
    }

    /** The connection is read again, or gone. */
    public void connectionUnmuted() {
        connectionsMuted.decrement();
    }

    /** A connection was one too many. */
    public void connectionRefused() {
        connectionsRefused.increment();
    }

    /** A connection was closed for what it sent. */
    public void badRequest() {
        badRequests.increment();
    }

    /** A batch was stored. */
    public void appended(final int records, final int bytes) {
        recordsAppended.add(records);
        bytesAppended.add(bytes);
    }

    /** A retried batch was recognised. */
    public void duplicate() {
        duplicates.increment();
    }

    /** Records were handed to a consumer. */
    public void fetched(final long bytes) {
        bytesFetched.add(bytes);
    }

    /** A fetch waits that keeps so many bytes; negative when it waits no longer. */
    public void fetchParked(final long bytes) {
        bytesParked.add(bytes);
    }

    /** A fetch did not wait, since too many do. */
    public void fetchNotParked() {
        fetchesNotParked.increment();
    }

    /** The counters of an API; made at wiring time, so not for the hot path. */
    public synchronized Api api(final ApiKey key) {
        if (apis[key.id()] == null) {
            apis[key.id()] = new Api(key);
        }
        return apis[key.id()];
    }

    /** The counters of every API that is served, null where none is. */
    public synchronized Api[] apis() {
        return apis.clone();
    }

    /** Connections made since the start. */
    public long connectionsOpened() {
        return connectionsOpened.sum();
    }

    /** Connections that are open. */
    public long connections() {
        return connectionsOpened.sum() - connectionsClosed.sum();
    }

    /** Connections that are not read because the disk has to catch up. */
    public long connectionsMuted() {
        return connectionsMuted.sum();
    }

    /** Connections that were one too many. */
    public long connectionsRefused() {
        return connectionsRefused.sum();
    }

    /** Connections closed for what they sent. */
    public long badRequests() {
        return badRequests.sum();
    }

    /** Bytes of batches stored. */
    public long bytesAppended() {
        return bytesAppended.sum();
    }

    /** Records stored. */
    public long recordsAppended() {
        return recordsAppended.sum();
    }

    /** Retried batches recognised. */
    public long duplicates() {
        return duplicates.sum();
    }

    /** Bytes of batches handed to consumers. */
    public long bytesFetched() {
        return bytesFetched.sum();
    }

    /** Bytes that waiting fetches keep. */
    public long bytesParked() {
        return bytesParked.sum();
    }

    /** Fetches that did not wait, since too many did. */
    public long fetchesNotParked() {
        return fetchesNotParked.sum();
    }

    /** The counters of one API. */
    public static final class Api {
        private final ApiKey key;
        private final LongAdder received = new LongAdder();
        private final LongAdder abandoned = new LongAdder();
        private final LongAdder requests = new LongAdder();
        private final LongAdder requestBytes = new LongAdder();
        private final LongAdder responseBytes = new LongAdder();
        private final LongAdder nanoseconds = new LongAdder();
        private final LongAdder[] buckets = new LongAdder[BUCKETS];

        private Api(final ApiKey key) {
            this.key = key;
            for (int i = 0; i < BUCKETS; i++) {
                buckets[i] = new LongAdder();
            }
        }

        /** A request was read; {@link #answered} or {@link #abandoned} follows. */
        public void received() {
            received.increment();
        }

        /** The connection of a request went before its answer. */
        public void abandoned() {
            abandoned.increment();
        }

        /** A request was answered, {@code ns} after it was read; {@code bytesOut} is 0 when it has no answer. */
        public void answered(final long ns, final int bytesIn, final int bytesOut) {
            requests.increment();
            requestBytes.add(bytesIn);
            responseBytes.add(bytesOut);
            nanoseconds.add(ns);
            buckets[bucketOf(ns)].increment();
        }

        /** Which API. */
        public ApiKey key() {
            return key;
        }

        /** Requests read that are neither answered nor abandoned. */
        public long inProgress() {
            // Ends before beginnings, so that none is missing among the beginnings.
            final long ended = requests.sum() + abandoned.sum();
            return Math.max(0, received.sum() - ended);
        }

        /** Requests answered. */
        public long requests() {
            return requests.sum();
        }

        /** Bytes of their frames. */
        public long requestBytes() {
            return requestBytes.sum();
        }

        /** Bytes of the answers' frames. */
        public long responseBytes() {
            return responseBytes.sum();
        }

        /** Sum of the times from read to answered. */
        public long nanoseconds() {
            return nanoseconds.sum();
        }

        /** Requests per latency bucket; see {@link Metrics#bucketBoundUs}. */
        public long[] buckets() {
            final long[] counts = new long[BUCKETS];
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] = buckets[i].sum();
            }
            return counts;
        }
    }

    /** Upper bound of a latency bucket in microseconds, {@code Long.MAX_VALUE} for the last. */
    public static long bucketBoundUs(final int bucket) {
        return bucket == BUCKETS - 1 ? Long.MAX_VALUE : 1L << (BUCKET_SHIFT_FIRST + bucket * BUCKET_SHIFT_STEP);
    }

    private static int bucketOf(final long ns) {
        final long us = ns / 1_000;
        if (us <= 1L << BUCKET_SHIFT_FIRST) {
            return 0;
        }
        // Bits above the first bound, two per bucket, rounded up.
        final int bits = Long.SIZE - Long.numberOfLeadingZeros(us - 1) - BUCKET_SHIFT_FIRST;
        return Math.min(BUCKETS - 1, (bits + BUCKET_SHIFT_STEP - 1) / BUCKET_SHIFT_STEP);
    }
}
