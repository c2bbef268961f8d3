package io.highwater.log.datajournal;

import io.highwater.log.journal.Journal;
import java.io.IOException;

/**
 * A log as the data journal sees it. Groups stage and are told one after the other, in the same order, although one may be
 * staged before the former was told. The other methods are called by a checkpoint, at the same time.
 */
public interface Journaled {
    /** What became of a log that was asked for its piece. */
    enum Staging {
        /** It is in the frame, or there was nothing that is not durable. */
        DONE,
        /** The frame has no room for it. */
        NO_ROOM,
        /** A frame can't stand in for a force of its files. */
        OWN_FORCE
    }

    /**
     * Puts into the frame what is not durable yet, nor in the frames of groups that are under way. A group may ask twice.
     *
     * @param group index of the group
     */
    Staging stage(DataFrame frame, int group) throws IOException;

    /** What the log staged for this group is durable, and so is all that was staged before. Whoever waits may be told. */
    void onJournaled(int group);

    /** True when no frame up to this one has anything of the log that is not durable in its files. */
    boolean isInFiles(long sequence);

    /** Makes everything appended until now durable in the log's files. Blocks. */
    void force() throws IOException;

    /** Notes in the journal how far the log's files are durable. */
    void noteRecoveryPoint(Journal journal) throws IOException;
}
