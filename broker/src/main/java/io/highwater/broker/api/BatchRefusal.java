package io.highwater.broker.api;

import io.highwater.protocol.ErrorCode;

/**
 * Why a producer's batch is not taken, as the answer says it. Immutable.
 *
 * @param error never NONE
 * @param message for people
 * @param recordIndex place in the batch of the first record that is at fault, {@link #WHOLE_BATCH} when none is
 * @param recordMessage what is wrong with that record, null without one
 */
record BatchRefusal(ErrorCode error, String message, int recordIndex, String recordMessage) {
    static final int WHOLE_BATCH = -1;

    /** The batch as a whole is at fault, or nothing in it. */
    static BatchRefusal of(final ErrorCode error, final String message) {
        return new BatchRefusal(error, message, WHOLE_BATCH, null);
    }

    /** As above, in the words that every client knows. */
    static BatchRefusal of(final ErrorCode error) {
        return of(error, error.defaultMessage());
    }

    /** One record is at fault, and the batch goes with it. */
    static BatchRefusal ofRecord(
            final ErrorCode error, final String message, final int recordIndex, final String recordMessage) {
        return new BatchRefusal(error, message, recordIndex, recordMessage);
    }
}
