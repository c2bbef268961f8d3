package io.highwater.log.segment;

import java.util.Locale;

/** The names of a segment's files: its base offset in twenty digits, so that names sort like offsets. */
public final class SegmentNames {
    /** Suffix of the records. */
    public static final String LOG = ".log";

    /** Suffix of the offset index. */
    public static final String OFFSET_INDEX = ".index";

    /** Suffix of the time index. */
    public static final String TIME_INDEX = ".timeindex";

    private static final int DIGITS = 20;

    private SegmentNames() {}

    /** Name of one of the files. */
    public static String of(final long baseOffset, final String suffix) {
        return String.format(Locale.ROOT, "%020d", baseOffset) + suffix;
    }

    /** The base offset that a file of records is named after, -1 for any other name. */
    public static long baseOffsetOf(final String name) {
        if (name.length() != DIGITS + LOG.length() || !name.endsWith(LOG)) {
            return -1;
        }
        try {
            return Long.parseLong(name.substring(0, DIGITS));
        } catch (final NumberFormatException e) {
            return -1;
        }
    }
}
