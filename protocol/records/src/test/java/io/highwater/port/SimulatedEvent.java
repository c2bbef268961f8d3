package io.highwater.port;

/** A task with its time. Events are ordered by time, then by a number drawn from the seed, then by age. */
final class SimulatedEvent implements Comparable<SimulatedEvent>, Shard.Timer {
    /** Changes only while the event is out of the queue. */
    long timeNs;

    final long tieBreak;
    final long sequence;
    final SimulatedProcess process;
    /** Whose task this is; null for an event of the world. */
    final SimulatedPool pool;

    final String what;
    final Runnable task;
    boolean cancelled;

    SimulatedEvent(
            final long timeNs,
            final long tieBreak,
            final long sequence,
            final SimulatedProcess process,
            final SimulatedPool pool,
            final String what,
            final Runnable task) {
        this.timeNs = timeNs;
        this.tieBreak = tieBreak;
        this.sequence = sequence;
        this.process = process;
        this.pool = pool;
        this.what = what;
        this.task = task;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public int compareTo(final SimulatedEvent other) {
        final int byTime = Long.compare(timeNs, other.timeNs);
        if (byTime != 0) {
            return byTime;
        }
        final int byChance = Long.compare(tieBreak, other.tieBreak);
        return byChance != 0 ? byChance : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(final Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return what + '#' + sequence;
    }
}
