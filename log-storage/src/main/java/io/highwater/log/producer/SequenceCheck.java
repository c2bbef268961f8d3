package io.highwater.log.producer;

/** What the sequence numbers of a batch say about it. */
public enum SequenceCheck {
    /** To be appended: the next in order, or the first of an unknown producer or a new epoch. */
    NEW,
    /** One of the producer's last five batches: {@link ProducerStates#duplicate()} says where it is. */
    DUPLICATE,
    /** A batch is missing in between, or this one is older than the last five. */
    OUT_OF_ORDER,
    /** The producer has begun a higher epoch. */
    FENCED
}
