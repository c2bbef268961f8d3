package io.highwater.log.journal;

/**
 * What one of the two files turned out to be.
 *
 * @param image the replayed state, null unless COMPLETE.
 * @param detail for the operator, when the file is refused.
 */
record JournalReading(Condition condition, long generation, JournalImage image, String detail) {
    /** In what state a file is. */
    enum Condition {
        /** Missing, or never used: zeros. */
        ABSENT,
        /** Its snapshot was being written: it never took over. */
        INCOMPLETE,
        /** Live and whole but for a torn tail. */
        COMPLETE,
        /** The other file has taken over. */
        RETIRED,
        /** Bytes that were durable once are not right. */
        DAMAGED
    }

    static JournalReading of(final Condition condition, final long generation, final String detail) {
        return new JournalReading(condition, generation, null, detail);
    }

    /**
     * Which of the two is the truth. Any live, whole file is; of two such the newer. Without one the journal is new if
     * nothing was ever finished in it, which only the first generation can say, and damaged otherwise.
     *
     * @return 0 or 1, or -1 when the journal is new.
     */
    static int choose(final JournalReading first, final JournalReading second) throws MalformedJournalException {
        final boolean firstWhole = first.condition == Condition.COMPLETE;
        final boolean secondWhole = second.condition == Condition.COMPLETE;
        if (firstWhole && secondWhole) {
            return first.generation > second.generation ? 0 : 1;
        }
        if (firstWhole || secondWhole) {
            return firstWhole ? 0 : 1;
        }
        if (first.neverFinished() && second.neverFinished()) {
            return -1;
        }
        throw new MalformedJournalException(
                Journal.FILES.get(0) + ": " + first.detail + "; " + Journal.FILES.get(1) + ": " + second.detail);
    }

    private boolean neverFinished() {
        return condition == Condition.ABSENT || (condition == Condition.INCOMPLETE && generation == 1);
    }
}
