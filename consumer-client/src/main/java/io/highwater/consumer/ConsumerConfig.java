package io.highwater.consumer;

import java.util.Optional;

/**
 * How a consumer works. Immutable; made by {@link #builder}.
 *
 * @param fetchWaitMs how long a broker may hold an answer back for want of data
 * @param fetchBytesMin what a broker should wait for
 * @param fetchBytesMax of one answer
 * @param partitionBytesMax of one partition in one answer; a first batch that is larger still comes whole
 * @param bufferBytes fetched and not yet polled, in all; passed by one answer of each broker at most
 * @param recordsMax of one poll
 * @param decompressedBytesMax what the records of one batch may take
 * @param checksCrc whether a batch's CRC is checked
 * @param reset where to go on when the position is no longer, or not yet, in the log; empty: fail
 * @param allowsTopicCreation whether asking for an unknown topic may create it
 * @param requestTimeoutMs how long one attempt may take, {@code fetchWaitMs} not counted
 * @param callTimeoutMs how long the calls that complete a future may take, retries included
 */
public record ConsumerConfig(
        int fetchWaitMs,
        int fetchBytesMin,
        int fetchBytesMax,
        int partitionBytesMax,
        long bufferBytes,
        int recordsMax,
        long decompressedBytesMax,
        boolean checksCrc,
        Optional<StartPosition> reset,
        boolean allowsTopicCreation,
        long requestTimeoutMs,
        long callTimeoutMs) {
    /** Refuses what can't work, by name. */
    public ConsumerConfig {
        require(fetchWaitMs >= 0, "fetchWaitMs must not be negative");
        require(fetchBytesMin >= 0, "fetchBytesMin must not be negative");
        require(fetchBytesMax > 0, "fetchBytesMax must be positive");
        require(partitionBytesMax > 0, "partitionBytesMax must be positive");
        require(bufferBytes > 0, "bufferBytes must be positive");
        require(recordsMax > 0, "recordsMax must be positive");
        require(decompressedBytesMax > 0, "decompressedBytesMax must be positive");
        require(requestTimeoutMs > 0, "requestTimeoutMs must be positive");
        require(callTimeoutMs > 0, "callTimeoutMs must be positive");
        require(
                reset.isEmpty()
                        || reset.get().kind() == StartPosition.Kind.EARLIEST
                        || reset.get().kind() == StartPosition.Kind.LATEST,
                "reset is to earliest, to latest, or not at all");
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
        private int fetchWaitMs = 500;
        private int fetchBytesMin = 1;
        private int fetchBytesMax = 16 * 1024 * 1024;
        private int partitionBytesMax = 1024 * 1024;
        private long bufferBytes = 32L * 1024 * 1024;
        private int recordsMax = 500;
        private long decompressedBytesMax = 256L * 1024 * 1024;
        private boolean checksCrc = true;
        private StartPosition reset = StartPosition.LATEST;
        private boolean allowsTopicCreation;
        private long requestTimeoutMs = 30_000;
        private long callTimeoutMs = 60_000;

        /** Default 500. */
        public Builder fetchWaitMs(final int value) {
            fetchWaitMs = value;
            return this;
        }

        /** Default 1. */
        public Builder fetchBytesMin(final int value) {
            fetchBytesMin = value;
            return this;
        }

        /** Default 16 MiB. */
        public Builder fetchBytesMax(final int value) {
            fetchBytesMax = value;
            return this;
        }

        /** Default 1 MiB. */
        public Builder partitionBytesMax(final int value) {
            partitionBytesMax = value;
            return this;
        }

        /** Default 32 MiB. */
        public Builder bufferBytes(final long value) {
            bufferBytes = value;
            return this;
        }

        /** Default 500. */
        public Builder recordsMax(final int value) {
            recordsMax = value;
            return this;
        }

        /** Default 256 MiB. */
        public Builder decompressedBytesMax(final long value) {
            decompressedBytesMax = value;
            return this;
        }

        /** Default true. */
        public Builder checksCrc(final boolean value) {
            checksCrc = value;
            return this;
        }

        /** Default to the latest; null: fail. */
        public Builder reset(final StartPosition value) {
            reset = value;
            return this;
        }

        /** Default false. */
        public Builder allowsTopicCreation(final boolean value) {
            allowsTopicCreation = value;
            return this;
        }

        /** Default 30 s. */
        public Builder requestTimeoutMs(final long value) {
            requestTimeoutMs = value;
            return this;
        }

        /** Default 1 min. */
        public Builder callTimeoutMs(final long value) {
            callTimeoutMs = value;
            return this;
        }

        /** The settings, checked. */
        public ConsumerConfig build() {
            return new ConsumerConfig(
                    fetchWaitMs,
                    fetchBytesMin,
                    fetchBytesMax,
                    partitionBytesMax,
                    bufferBytes,
                    recordsMax,
                    decompressedBytesMax,
                    checksCrc,
                    Optional.ofNullable(reset),
                    allowsTopicCreation,
                    requestTimeoutMs,
                    callTimeoutMs);
        }
    }
}
