package io.highwater.broker.core;

import io.highwater.broker.metadata.MetadataImage;

/**
 * The name of one replicated state, and the type of its immutable image.
 *
 * <p>Safe for any thread because it is immutable.
 *
 * @param <S> the image that watchers get.
 */
public final class CoreGroup<S> {
    /** Brokers, topics, partitions, configs, producer id blocks. */
    public static final CoreGroup<MetadataImage> META = new CoreGroup<>(1, "meta");

    /** Committed offsets and group states: a log of its own, so that they never swell or delay {@link #META}. */
    public static final CoreGroup<KeyedRecords> GROUPS = new CoreGroup<>(2, "groups");

    private final int id;
    private final String directoryName;

    private CoreGroup(final int id, final String directoryName) {
        this.id = id;
        this.directoryName = directoryName;
    }

    /** Stands for the group in files; never changes. */
    public int id() {
        return id;
    }

    /** The group's directory below {@code core/}. */
    public String directoryName() {
        return directoryName;
    }

    @Override
    public String toString() {
        return directoryName;
    }
}
