package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.port.RandomSource;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * One group's log: segments in a directory of its own, and the newest snapshot, which stands for all entries up to its
 * index (Segmented Log, Low-Water Mark).
 *
 * <pre>
 * core/meta/00000000000000000001.log        segment whose first entry has the index 1
 * core/meta/00000000000000004711.snapshot   the state after entry 4711
 * core/meta/*.tmp                           not finished; deleted at a start
 * </pre>
 *
 * <p>Blocking. Its methods are called by one thread at a time, each call after the one before is seen to have ended;
 * {@link #writeSnapshot} alone may run beside another.
 */
final class CoreLog {
    private static final String SEGMENT_SUFFIX = ".log";
    private static final String SNAPSHOT_SUFFIX = ".snapshot";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    private static final int NAME_DIGITS = 20;

    /** Oldest first; the last one is appended to. */
    private final Deque<CoreSegment> segments = new ArrayDeque<>();

    private long lastIndex;
    private long lastTerm;
    /** What is known to be durable; goes into every entry. */
    private long forcedIndex;
    /** Bytes of the snapshot that was read at the start. */
    private long snapshotBytes;

    private final Path directory;
    private final CoreGroup<?> group;
    private final CoreSettings settings;
    private final Disk disk;
    /** Salts of segments, and of snapshots, which are written by another thread. */
    private final RandomSource segmentSalts;

    private final RandomSource snapshotSalts;

    /** Does no I/O: {@link #open} does. */
    CoreLog(
            final Path coreDirectory,
            final CoreGroup<?> group,
            final CoreSettings settings,
            final Disk disk,
            final RandomSource random) {
        this.directory = coreDirectory.resolve(group.directoryName());
        this.group = group;
        this.settings = settings;
        this.disk = disk;
        this.segmentSalts = random.fork();
        this.snapshotSalts = random.fork();
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return lastTerm;
    }

    long snapshotBytes() {
        return snapshotBytes;
    }

    /** Bytes in the segments. */
    long sizeBytes() {
        long bytes = 0;
        for (final CoreSegment segment : segments) {
            bytes += segment.usedBytes();
        }
        return bytes;
    }

    /** Reads everything, cuts a torn tail, and leaves a log that can be appended to. */
    void open(final LogReplay replay) throws IOException {
        disk.createDirectories(directory);
        // The names of this directory and of the one above must outlive a crash.
        final Path core = directory.getParent();
        disk.forceDirectory(core);
        if (core.getParent() != null) {
            disk.forceDirectory(core.getParent());
        }
        final List<Long> segmentNames = new ArrayList<>();
        final List<Long> snapshotNames = new ArrayList<>();
        for (final String name : disk.list(directory)) {
            if (name.endsWith(TEMPORARY_SUFFIX)) {
                disk.delete(directory.resolve(name));
            } else if (name.endsWith(SEGMENT_SUFFIX)) {
                segmentNames.add(number(name, SEGMENT_SUFFIX));
            } else if (name.endsWith(SNAPSHOT_SUFFIX)) {
                snapshotNames.add(number(name, SNAPSHOT_SUFFIX));
            }
        }
        final long snapshotIndex = readSnapshot(snapshotNames, replay);
        openSegments(segmentNames, snapshotIndex);
        if (segments.isEmpty()) {
            if (snapshotIndex > 0) {
                throw new CoreLogException(LogProblem.CORRUPT, directory, "no segment follows the snapshot");
            }
            addSegment(1, 0);
        }
        readSegments(snapshotIndex, replay);
        forcedIndex = lastIndex;
    }

    /** Writes the entries and forces them. After an exception the log is not to be used any more. */
    void append(final EntryBatch batch) throws IOException {
        final ByteBuffer bytes = batch.bytes();
        int from = 0;
        int at = 0;
        while (at < bytes.limit()) {
            final int length = bytes.getInt(at + LogFormat.LENGTH_POSITION);
            final boolean isFirst = at == from && !current().hasEntries();
            if (!isFirst && !current().hasRoom(at - from + length)) {
                write(bytes, from, at);
                // Only the last segment may ever be torn.
                current().force();
                forcedIndex = lastIndex;
                addSegment(lastIndex + 1, lastTerm);
                from = at;
            }
            LogFormat.seal(bytes, at, current().salt(), forcedIndex);
            lastIndex = bytes.getLong(at + LogFormat.INDEX_POSITION);
            lastTerm = bytes.getLong(at + LogFormat.TERM_POSITION);
            at += length;
        }
        write(bytes, from, at);
        current().force();
        forcedIndex = lastIndex;
    }

    /**
     * Writes the state at an index that is durable in the log; the file gets its name at {@link #adoptSnapshot}.
     *
     * @return the bytes of it.
     */
    long writeSnapshot(final long index, final long term, final Consumer<Consumer<Message>> records)
            throws IOException {
        final ByteBuffer header =
                LogFormat.header(LogFormat.SNAPSHOT_MAGIC, group, snapshotSalts.nextLong(), index, term);
        return SnapshotFile.write(disk, temporary(SNAPSHOT_SUFFIX), header, records);
    }

    /** Puts the snapshot that was written last in the place of the entries up to its index. */
    void adoptSnapshot(final long index) throws IOException {
        final Path path = path(index, SNAPSHOT_SUFFIX);
        disk.rename(temporary(SNAPSHOT_SUFFIX), path);
        disk.forceDirectory(directory);
        for (final String name : disk.list(directory)) {
            if (name.endsWith(SNAPSHOT_SUFFIX) && number(name, SNAPSHOT_SUFFIX) < index) {
                disk.delete(directory.resolve(name));
            }
        }
        while (segments.size() > 1) {
            final CoreSegment oldest = segments.removeFirst();
            if (segments.getFirst().baseIndex() > index + 1) {
                segments.addFirst(oldest);
                break;
            }
            oldest.close();
            disk.delete(oldest.path());
        }
    }

    /** Closes the files; everything appended is durable already. */
    void close() throws IOException {
        for (final CoreSegment segment : segments) {
            segment.close();
        }
        segments.clear();
    }

    private CoreSegment current() {
        return segments.getLast();
    }

    private void write(final ByteBuffer bytes, final int from, final int to) throws IOException {
        if (to > from) {
            final ByteBuffer run = bytes.duplicate();
            run.limit(to).position(from);
            current().append(run);
        }
    }

    private void addSegment(final long baseIndex, final long baseTerm) throws IOException {
        final ByteBuffer header =
                LogFormat.header(LogFormat.SEGMENT_MAGIC, group, segmentSalts.nextLong(), baseIndex, baseTerm);
        segments.addLast(CoreSegment.create(
                disk,
                temporary(SEGMENT_SUFFIX),
                path(baseIndex, SEGMENT_SUFFIX),
                header,
                settings.segmentBytesMax()));
    }

    private long readSnapshot(final List<Long> names, final LogReplay replay) throws IOException {
        if (names.isEmpty()) {
            return 0;
        }
        final long index = names.get(names.size() - 1);
        for (final long older : names.subList(0, names.size() - 1)) {
            disk.delete(path(older, SNAPSHOT_SUFFIX));
        }
        final Path path = path(index, SNAPSHOT_SUFFIX);
        try (DiskFile file = disk.open(path, false)) {
            final ByteBuffer header = CoreSegment.readHeader(file, path, LogFormat.SNAPSHOT_MAGIC, group);
            requireName(path, index, header.getLong(LogFormat.BASE_INDEX_POSITION));
            lastTerm = header.getLong(LogFormat.BASE_TERM_POSITION);
            snapshotBytes = SnapshotFile.read(file, path, header, replay);
        }
        return index;
    }

    /** Opens the segments that hold what the snapshot does not, and deletes the others. */
    private void openSegments(final List<Long> names, final long snapshotIndex) throws IOException {
        for (int i = 0; i < names.size(); i++) {
            final Path path = path(names.get(i), SEGMENT_SUFFIX);
            if (i + 1 < names.size() && names.get(i + 1) <= snapshotIndex + 1) {
                disk.delete(path);
                continue;
            }
            final CoreSegment segment = CoreSegment.open(disk, path, group, settings.segmentBytesMax());
            segments.addLast(segment);
            requireName(path, names.get(i), segment.baseIndex());
        }
        if (!segments.isEmpty() && segments.getFirst().baseIndex() > snapshotIndex + 1) {
            throw new CoreLogException(
                    LogProblem.CORRUPT,
                    directory,
                    "the entries from " + (snapshotIndex + 1) + " to "
                            + (segments.getFirst().baseIndex() - 1) + " are missing");
        }
    }

    private void readSegments(final long snapshotIndex, final LogReplay replay) throws IOException {
        lastIndex = segments.getFirst().baseIndex() - 1;
        for (final CoreSegment segment : segments) {
            if (segment.baseIndex() != lastIndex + 1) {
                throw new CoreLogException(
                        LogProblem.CORRUPT,
                        segment.path(),
                        "the entries from " + (lastIndex + 1) + " to " + (segment.baseIndex() - 1) + " are missing");
            }
            lastTerm = Math.max(lastTerm, segment.baseTerm());
            lastIndex = segment.scan(segment == current(), (bytes, at) -> {
                final long index = bytes.getLong(at + LogFormat.INDEX_POSITION);
                lastTerm = bytes.getLong(at + LogFormat.TERM_POSITION);
                if (index > snapshotIndex) {
                    final ByteBuffer payload = bytes.duplicate();
                    payload.limit(at + bytes.getInt(at + LogFormat.LENGTH_POSITION))
                            .position(at + LogFormat.RECORDS_POSITION);
                    replay.onEntry(index, EntryBatch.decode(payload, segment.path()));
                }
            }) - 1;
        }
        if (lastIndex < snapshotIndex) {
            throw new CoreLogException(
                    LogProblem.CORRUPT,
                    current().path(),
                    "ends at " + lastIndex + ", before the snapshot at " + snapshotIndex);
        }
    }

    private Path path(final long index, final String suffix) {
        final String digits = Long.toString(index);
        return directory.resolve("0".repeat(NAME_DIGITS - digits.length()) + digits + suffix);
    }

    /** One temporary name for each kind of file, as one of a kind is written at a time. */
    private Path temporary(final String suffix) {
        return directory.resolve("next" + suffix + TEMPORARY_SUFFIX);
    }

    private long number(final String name, final String suffix) throws CoreLogException {
        final String digits = name.substring(0, name.length() - suffix.length());
        try {
            if (digits.length() == NAME_DIGITS) {
                return Long.parseLong(digits);
            }
        } catch (final NumberFormatException e) {
            throw foreign(name);
        }
        throw foreign(name);
    }

    private CoreLogException foreign(final String name) {
        return new CoreLogException(LogProblem.FOREIGN, directory.resolve(name), "not a name of a core log");
    }

    private static void requireName(final Path path, final long name, final long index) throws CoreLogException {
        if (name != index) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "the file says that its index is " + index);
        }
    }
}
