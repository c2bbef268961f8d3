package io.highwater.producer;

import io.highwater.records.Compression;

/**
 * How a producer works. Immutable; made by {@link #builder}.
 *
 * @param acks -1 all in-sync replicas, 1 the leader, 0 nobody
 * @param compression of batches
 * @param batchBytes a batch is sent when the next record would make it larger
 * @param lingerMs a batch is sent at this age even if it is not full
 * @param bufferBytes what may wait or be on its way, in all; above it {@link Producer#send} waits
 * @param idempotent whether retries are stored once, and in order
 * @param requestsInFlightMax unanswered requests per broker
 * @param requestBytesMax records of one request, and the largest record
 * @param requestTimeoutMs how long one attempt may take
 * @param deliveryTimeoutMs from the call to the last attempt's failure
 * @param blockMs how long {@link Producer#send} may wait for buffer space, and a record for its topic to be known
 * @param retryBackoffMs first pause after a failed attempt; doubles up to a second
 */
public record ProducerConfig(
        short acks,
        Compression compression,
        int batchBytes,
        long lingerMs,
        long bufferBytes,
        boolean idempotent,
        int requestsInFlightMax,
        int requestBytesMax,
        long requestTimeoutMs,
        long deliveryTimeoutMs,
        long blockMs,
        long retryBackoffMs) {
    /** A broker keeps the last five batches of a producer: with more in flight it could not tell a duplicate. */
    static final int IDEMPOTENT_IN_FLIGHT_MAX = 5;

    /** Refuses what can't work, by name. */
    public ProducerConfig {
        require(acks >= -1 && acks <= 1, "acks is -1, 0 or 1");
        require(compression != null, "compression must be given");
        require(batchBytes > 0, "batchBytes must be positive");
        require(lingerMs >= 0, "lingerMs must not be negative");
        require(bufferBytes > 0, "bufferBytes must be positive");
        require(requestsInFlightMax > 0, "requestsInFlightMax must be positive");
        require(requestBytesMax > 0, "requestBytesMax must be positive");
        require(requestTimeoutMs > 0, "requestTimeoutMs must be positive");
        require(deliveryTimeoutMs > 0, "deliveryTimeoutMs must be positive");
        require(blockMs >= 0, "blockMs must not be negative");
        require(retryBackoffMs >= 0, "retryBackoffMs must not be negative");
        require(!idempotent || acks == -1, "an idempotent producer needs acks=-1");
        require(
                !idempotent || requestsInFlightMax <= IDEMPOTENT_IN_FLIGHT_MAX,
                "an idempotent producer has at most " + IDEMPOTENT_IN_FLIGHT_MAX + " requests in flight");
    }

    /** The defaults, to be changed one by one. */
    public static Builder builder() {
        return new Builder();
    }

    private static void require(final boolean holds, final String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Gathers the settings. Not thread-safe. */
    public static final class Builder {
        private short acks = -1;
        private Compression compression = Compression.NONE;
        private int batchBytes = 64 * 1024;
        private long lingerMs = 5;
        private long bufferBytes = 32L * 1024 * 1024;
        private Boolean idempotent;
        private int requestsInFlightMax = IDEMPOTENT_IN_FLIGHT_MAX;
        private int requestBytesMax = 1024 * 1024;
        private long requestTimeoutMs = 30_000;
        private long deliveryTimeoutMs = 120_000;
        private long blockMs = 60_000;
        private long retryBackoffMs = 100;

        /** Default -1. */
        public Builder acks(final int value) {
            acks = (short) value;
            return this;
        }

        /** Default none. */
        public Builder compression(final Compression value) {
            compression = value;
            return this;
        }

        /** Default 64 KiB. */
        public Builder batchBytes(final int value) {
            batchBytes = value;
            return this;
        }

        /** Default 5. */
        public Builder lingerMs(final long value) {
            lingerMs = value;
            return this;
        }

        /** Default 32 MiB. */
        public Builder bufferBytes(final long value) {
            bufferBytes = value;
            return this;
        }

        /** Default: true when acks is -1. */
        public Builder idempotent(final boolean value) {
            idempotent = value;
            return this;
        }

        /** Default 5. */
        public Builder requestsInFlightMax(final int value) {
            requestsInFlightMax = value;
            return this;
        }

        /** Default 1 MiB. */
        public Builder requestBytesMax(final int value) {
            requestBytesMax = value;
            return this;
        }

        /** Default 30 s. */
        public Builder requestTimeoutMs(final long value) {
            requestTimeoutMs = value;
            return this;
        }

        /** Default 2 min. */
        public Builder deliveryTimeoutMs(final long value) {
            deliveryTimeoutMs = value;
            return this;
        }

        /** Default 1 min. */
        public Builder blockMs(final long value) {
            blockMs = value;
            return this;
        }

        /** Default 100. */
        public Builder retryBackoffMs(final long value) {
            retryBackoffMs = value;
            return this;
        }

        /** The settings, checked. */
        public ProducerConfig build() {
            return new ProducerConfig(
                    acks,
                    compression,
                    batchBytes,
                    lingerMs,
                    bufferBytes,
                    idempotent == null ? acks == -1 : idempotent,
                    requestsInFlightMax,
                    requestBytesMax,
                    requestTimeoutMs,
                    deliveryTimeoutMs,
                    blockMs,
                    retryBackoffMs);
        }
    }
}
