package io.highwater.log.producer;

/** A stored batch of an idempotent producer. Immutable. */
public record SequencedBatch(int firstSequence, int lastSequence, long baseOffset, long lastOffset, long timestampMs) {}
