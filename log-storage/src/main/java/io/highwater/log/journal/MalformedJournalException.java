package io.highwater.log.journal;

import java.io.IOException;

/** Bytes whose checksum is right and whose content no version of this program wrote. */
final class MalformedJournalException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedJournalException(final String message) {
        super(message);
    }
}
