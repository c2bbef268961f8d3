package io.highwater.broker.core;

/**
 * What a node knows of the core that it had before, from elsewhere than the core's own files.
 *
 * @param mustExist it had one, so logs that are missing are lost and not new ones to be made.
 * @param metaIndex entries of {@link CoreGroup#META} up to this index were durable; 0 when nothing is known.
 * @param groupsIndex the same for {@link CoreGroup#GROUPS}.
 */
public record CoreHistory(boolean mustExist, long metaIndex, long groupsIndex) {
    /** Nothing is known. */
    public static final CoreHistory NONE = new CoreHistory(false, 0, 0);
}
