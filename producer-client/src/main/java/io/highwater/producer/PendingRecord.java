package io.highwater.producer;

import java.util.concurrent.CompletableFuture;

/** A record that was handed over and is not acknowledged yet. */
final class PendingRecord {
    final ProducerRecord record;
    /** The record's own, or that of the call. */
    final long timestamp;

    /** Monotonic; the delivery time-out counts from here. */
    final long createdMs;

    /** What it took of the buffer space. */
    final int bytes;

    final CompletableFuture<Acknowledgement> future = new CompletableFuture<>();

    PendingRecord(final ProducerRecord record, final long timestamp, final long createdMs, final int bytes) {
        this.record = record;
        this.timestamp = timestamp;
        this.createdMs = createdMs;
        this.bytes = bytes;
    }
}
