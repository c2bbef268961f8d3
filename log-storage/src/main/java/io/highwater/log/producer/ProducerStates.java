package io.highwater.log.producer;

/** The producers of one log. Confined to the log's shard. */
public final class ProducerStates {
    private SequencedBatch duplicate;

    /** Judges a batch before it is appended; changes nothing but {@link #duplicate()}. */
    public SequenceCheck check(
            final long producerId, final short epoch, final int firstSequence, final int lastSequence) {
        throw new UnsupportedOperationException();
    }

    /** The stored original, after {@link #check} said {@link SequenceCheck#DUPLICATE}. */
    public SequencedBatch duplicate() {
        return duplicate;
    }

    /** Producers remembered. */
    public int count() {
        throw new UnsupportedOperationException();
    }
}
