package io.highwater.generator;

/**
 * An inclusive range of versions, as schemas write it: {@code 3}, {@code 2-7}, {@code 4+} or {@code none}. Immutable.
 *
 * @param lowest  the first version in the range
 * @param highest the last; {@link #OPEN} for "and all later ones"; below {@code lowest} when the range is empty
 */
record Versions(int lowest, int highest) {
    static final int OPEN = Short.MAX_VALUE;
    static final Versions NONE = new Versions(0, -1);
    static final Versions ALL = new Versions(0, OPEN);

    static Versions parse(final String text) {
        final String range = text.trim();
        try {
            if (range.equals("none")) {
                return NONE;
            }
            if (range.endsWith("+")) {
                return new Versions(Integer.parseInt(range.substring(0, range.length() - 1)), OPEN);
            }
            final int dash = range.indexOf('-');
            if (dash < 0) {
                final int only = Integer.parseInt(range);
                return new Versions(only, only);
            }
            return new Versions(
                    Integer.parseInt(range.substring(0, dash)), Integer.parseInt(range.substring(dash + 1)));
        } catch (final NumberFormatException e) {
            throw new SchemaException("'" + text + "' is no version range", e);
        }
    }

    boolean isEmpty() {
        return highest < lowest;
    }

    boolean isOpen() {
        return highest == OPEN;
    }

    boolean contains(final int version) {
        return version >= lowest && version <= highest;
    }

    /** Whether every version of {@code other} is in here. */
    boolean covers(final Versions other) {
        return other.isEmpty() || (lowest <= other.lowest && highest >= other.highest);
    }

    Versions intersect(final Versions other) {
        final Versions both = new Versions(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
        return both.isEmpty() ? NONE : both;
    }

    /** The part of the range below {@code version}. */
    Versions below(final int version) {
        return intersect(new Versions(0, version - 1));
    }
}
