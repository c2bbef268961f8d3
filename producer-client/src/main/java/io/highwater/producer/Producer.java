package io.highwater.producer;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SystemClock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends records and tells where they were stored.
 *
 * <p>Safe for any thread. Records that one thread sends to one partition are stored in the order of its calls (with
 * {@link ProducerConfig#idempotent}; without, a retry may overtake). Futures complete on the producer's shard: what depends
 * on them must be quick and must not wait.
 */
public final class Producer implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_MS = 30_000;

    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final ProducerConfig config;
    private final Clock clock;
    private final Shard shard;
    private final Sender sender;

    /** A producer over these calls, which are its own from now on: closing it closes them. */
    public Producer(
            final ProducerConfig config, final BrokerCalls calls, final Clock clock, final RandomSource random) {
        this.config = config;
        this.clock = clock;
        this.shard = calls.shard();
        this.sender = new Sender(config, calls, clock, random);
    }

    /** A producer with a thread and connections of its own; {@code bootstrap} are some brokers of the cluster. */
    public static Producer connect(
            final ProducerConfig config, final List<InetSocketAddress> bootstrap, final String clientId) {
        return new Producer(
                config, NetworkCalls.open(bootstrap, clientId), SystemClock.INSTANCE, SeededRandom.fromSystem());
    }

    /**
     * Hands the record over. Waits when the buffer is full, {@link ProducerConfig#blockMs} at most, and not at all when
     * called on the producer's shard. Whatever goes wrong completes the future with a {@link ProduceException}.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public CompletableFuture<Acknowledgement> send(final ProducerRecord record) {
        if (isClosed.get()) {
            throw new IllegalStateException("the producer is closed");
        }
        final int bytes = RecordBatchBuilder.recordBytesMax(record.key(), record.value(), record.headers());
        if (bytes > config.requestBytesMax() - RecordBatch.HEADER_BYTES) {
            return failed(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "a record of up to " + bytes + " bytes; this producer sends requests of at most "
                            + config.requestBytesMax());
        }
        try {
            if (!sender.space().take(bytes, shard.isCurrent() ? 0 : config.blockMs())) {
                return failed(ErrorCode.REQUEST_TIMED_OUT, "the buffer is full");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(ErrorCode.REQUEST_TIMED_OUT, "interrupted while the buffer was full");
        }
        final long timestamp = record.timestamp() == ProducerRecord.NOW ? clock.wallMs() : record.timestamp();
        final PendingRecord pending = new PendingRecord(record, timestamp, clock.monotonicMs(), bytes);
        sender.submit(pending);
        return pending.future;
    }

    /** Sends all that was handed over, without lingering; completes when each record is acknowledged or failed. */
    public CompletableFuture<Void> flush() {
        return sender.flush();
    }

    /** Takes no more records, and completes when those handed over are done, or failed because the time was up. */
    public CompletableFuture<Void> close(final long timeoutMs) {
        if (isClosed.compareAndSet(false, true)) {
            final CompletableFuture<Void> flushed = sender.flush();
            shard.execute(() -> {
                final Shard.Timer timeUp = shard.schedule(this::end, timeoutMs);
                final CompletableFuture<?> unused = flushed.whenComplete((done, error) -> shard.execute(() -> {
                    timeUp.cancel();
                    end();
                }));
            });
        }
        return closed;
    }

    /** {@link #close(long)}, waited for; not to be called on the producer's shard. */
    @Override
    public void close() {
        close(CLOSE_TIMEOUT_MS).join();
    }

    private void end() {
        sender.close();
        closed.complete(null);
    }

    private static CompletableFuture<Acknowledgement> failed(final ErrorCode error, final String reason) {
        return CompletableFuture.failedFuture(new ProduceException(error, reason));
    }
}
