package io.highwater.log.producer;

/**
 * Producers from the one that was silent for longest to the one that wrote last: a list through the histories themselves,
 * so that an append moves its producer to the end without an allocation or a search. Confined to the log's shard.
 */
final class IdleOrder {
    private ProducerHistory first;
    private ProducerHistory last;

    /** The producer that has been silent for longest, null when there is none. */
    ProducerHistory longestIdle() {
        return first;
    }

    /** The producer wrote last; one that is not in the list yet comes in. */
    void touch(final ProducerHistory history) {
        if (history == last) {
            return;
        }
        if (history.next != null) {
            remove(history);
        }
        history.previous = last;
        if (last == null) {
            first = history;
        } else {
            last.next = history;
        }
        last = history;
    }

    /** Takes out one that is in the list. */
    void remove(final ProducerHistory history) {
        if (history.previous == null) {
            first = history.next;
        } else {
            history.previous.next = history.next;
        }
        if (history.next == null) {
            last = history.previous;
        } else {
            history.next.previous = history.previous;
        }
        history.previous = null;
        history.next = null;
    }

    void clear() {
        first = null;
        last = null;
    }
}
