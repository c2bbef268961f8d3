package io.highwater.log.datajournal;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.journal.DirectoryRefusedException;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.JournalState;
import io.highwater.log.journal.PartitionId;
import io.highwater.log.journal.PartitionState;
import io.highwater.log.segment.SegmentNames;
import io.highwater.port.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a former run left in the data journal: frames that were acknowledged, of which the logs' files may have nothing yet.
 * They are written into the logs' files before a log is opened; whoever opens the log forces it. Writing one twice, or one
 * whose bytes are there already, changes nothing.
 *
 * <p>Confined to the thread that opens the directory.
 */
public final class FoundFrames {
    private static final Logger LOG = LoggerFactory.getLogger(FoundFrames.class);

    /** More than the frames that may be under way at a crash: their numbers are not given again. */
    private static final long GAP = 1 << 16;

    private final Disk disk;
    private final Path directory;
    /** Durable frames that may matter, by sequence. */
    private final TreeMap<Long, FrameScan.Frame> live = new TreeMap<>();

    /** Logs that a frame says something of and whose file is not there. */
    private final Map<PartitionId, PartitionState> lost = new TreeMap<>();

    private final long secret;
    private long highest;
    private boolean isKnown;

    private FoundFrames(final Disk disk, final Path directory, final long secret) {
        this.secret = secret;
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * Looks for them. After a clean stop there are none, and nothing is read.
     *
     * @param random gives a new directory its secret
     * @throws DirectoryRefusedException a file is missing, or frames are that were durable once
     */
    public static FoundFrames read(
            final Disk disk, final Path directory, final JournalState recovered, final RandomSource random)
            throws IOException {
        final Long known = recovered.witnesses().get(DataJournal.SECRET);
        // A witness is above 0.
        final long secret = known == null ? random.nextLong() >>> 1 | 1 : known;
        final FoundFrames found = new FoundFrames(disk, directory, secret);
        final long through = recovered.witnesses().getOrDefault(DataJournal.WITNESS, 0L);
        found.highest = through;
        found.isKnown = through > 0;
        for (final PartitionState state : recovered.partitions().values()) {
            found.highest = Math.max(found.highest, state.replayFrom() - 1);
        }
        if (!recovered.cleanStop() && through > 0) {
            if (known == null) {
                throw new DirectoryRefusedException(
                        Reason.OLDER_FORMAT,
                        "the data journal of " + directory
                                + " has format 1, this version of Highwater reads and writes format "
                                + FrameFormat.VERSION + "; stop it in order with the version that wrote it");
            }
            found.scan(through);
        }
        return found;
    }

    /** True when the files are there as far as the directory's journal knows. */
    boolean isKnown() {
        return isKnown;
    }

    /** What the frames of this directory are known by, or will be. */
    long secret() {
        return secret;
    }

    /** The first sequence that no frame can have had. */
    long nextRun() {
        return highest + GAP;
    }

    private void scan(final long through) throws IOException {
        final List<FrameScan.Frame> frames = new ArrayList<>();
        for (int i = 0; i < DataJournal.FILES.size(); i++) {
            final Path path = directory.resolve(DataJournal.FILES.get(i));
            if (!disk.exists(path)) {
                throw new DirectoryRefusedException(
                        Reason.DAMAGED,
                        directory + " has lost " + DataJournal.FILES.get(i)
                                + ", which may have had acknowledged records");
            }
            try (DiskFile file = disk.open(path, false)) {
                frames.addAll(new FrameScan(i, path, secret).frames(file));
            }
        }
        long run = 0;
        for (final FrameScan.Frame frame : frames) {
            run = Math.max(run, frame.run());
            highest = Math.max(highest, frame.sequence());
        }
        long durable = 0;
        final TreeMap<Long, FrameScan.Frame> bySequence = new TreeMap<>();
        for (final FrameScan.Frame frame : frames) {
            // What an earlier run left was taken to the logs before this one began.
            if (frame.run() == run && frame.sequence() > through) {
                bySequence.put(frame.sequence(), frame);
                durable = Math.max(durable, frame.durable());
            }
        }
        long expected = Math.max(run, through + 1);
        while (bySequence.containsKey(expected)) {
            live.put(expected, bySequence.get(expected));
            expected++;
        }
        if (durable > expected) {
            throw new DirectoryRefusedException(
                    Reason.DAMAGED,
                    "the data journal of " + directory + " is damaged: frame " + expected
                            + " was durable and is bad now");
        }
    }

    /** A piece of a log: where it is in the data journal, and where it belongs. */
    private record Piece(int fileIndex, long at, int bytes, long segmentBase, int position, long endOffset) {}

    /**
     * Writes the pieces into the logs' files, without a force. A log whose file is not there gets a recovery point that
     * says how far it was durable, so that its opening is refused.
     *
     * @param directoryOf the log's directory, null for one that is not to be touched
     * @return where each of the logs ended, durably
     */
    public Map<PartitionId, Long> writeBack(
            final JournalState recovered, final Journal journal, final Function<PartitionState, Path> directoryOf)
            throws IOException {
        final Map<PartitionId, Long> ends = new TreeMap<>();
        if (live.isEmpty()) {
            return ends;
        }
        long bytes = 0;
        final List<DiskFile> opened = new ArrayList<>();
        try {
            for (final String name : DataJournal.FILES) {
                opened.add(disk.open(directory.resolve(name), false));
            }
            for (final Map.Entry<PartitionId, List<Piece>> log :
                    pieces(opened, recovered).entrySet()) {
                final PartitionState state = recovered.partitions().get(log.getKey());
                final Path path = directoryOf.apply(state);
                if (path != null) {
                    final List<Piece> pieces = log.getValue();
                    ends.put(log.getKey(), pieces.get(pieces.size() - 1).endOffset());
                    bytes += writeBack(opened, pieces, path, state, journal);
                }
            }
        } finally {
            CloseHelper.closeAll(opened);
        }
        if (!ends.isEmpty()) {
            LOG.info("{} bytes of {} logs were in the data journal of {}", bytes, ends.size(), directory);
        }
        return ends;
    }

    private long writeBack(
            final List<DiskFile> opened,
            final List<Piece> pieces,
            final Path path,
            final PartitionState state,
            final Journal journal)
            throws IOException {
        long bytes = 0;
        int next = 0;
        while (next < pieces.size()) {
            final long base = pieces.get(next).segmentBase();
            final Path segment = path.resolve(SegmentNames.of(base, SegmentNames.LOG));
            if (!disk.exists(segment)) {
                final Piece last = pieces.get(pieces.size() - 1);
                LOG.error("{} is missing, its log was durable up to offset {}", segment, last.endOffset());
                final long end = last.position() + (long) last.bytes();
                journal.append(new JournalEntry.RecoveryPoint(state.id(), last.endOffset(), end, highest + 1));
                lost.put(
                        state.id(),
                        new PartitionState(
                                state.id(),
                                state.topic(),
                                state.logStart(),
                                last.endOffset(),
                                end,
                                highest + 1,
                                state.epochs(),
                                state.producerOffset(),
                                state.producers(),
                                state.segments()));
                return bytes;
            }
            try (DiskFile file = disk.open(segment, false)) {
                while (next < pieces.size() && pieces.get(next).segmentBase() == base) {
                    final Piece piece = pieces.get(next++);
                    final ByteBuffer batches = ByteBuffer.allocate(piece.bytes());
                    read(opened.get(piece.fileIndex()), batches, piece.at());
                    file.write(batches.flip(), piece.position());
                    bytes += piece.bytes();
                }
            }
        }
        return bytes;
    }

    /** After {@link #writeBack}: what the directory's journal says now of the logs whose files were not all there. */
    public Map<PartitionId, PartitionState> lost() {
        return lost;
    }

    private Map<PartitionId, List<Piece>> pieces(final List<DiskFile> opened, final JournalState recovered)
            throws IOException {
        final Map<PartitionId, List<Piece>> pieces = new TreeMap<>();
        for (final FrameScan.Frame frame : live.values()) {
            final ByteBuffer whole = ByteBuffer.allocate(frame.length());
            read(opened.get(frame.fileIndex()), whole, frame.position());
            final int count = whole.getInt(FrameFormat.COUNT_POSITION);
            whole.position(FrameFormat.FRAME_HEADER_BYTES);
            for (int i = 0; i < count; i++) {
                final PartitionId id = new PartitionId(new UUID(whole.getLong(), whole.getLong()), whole.getInt());
                final long segmentBase = whole.getLong();
                final int position = whole.getInt();
                final long endOffset = whole.getLong();
                final int bytes = whole.getInt();
                final Piece piece = new Piece(
                        frame.fileIndex(),
                        frame.position() + whole.position(),
                        bytes,
                        segmentBase,
                        position,
                        endOffset);
                whole.position(whole.position() + bytes);
                final PartitionState state = recovered.partitions().get(id);
                if (state != null && frame.sequence() >= state.replayFrom() && endOffset > state.logStart()) {
                    pieces.computeIfAbsent(id, key -> new ArrayList<>()).add(piece);
                }
            }
        }
        return pieces;
    }

    private void read(final DiskFile file, final ByteBuffer target, final long position) throws IOException {
        if (file.read(target, position) < target.capacity()) {
            throw new IOException("the data journal of " + directory + " became shorter while it was read");
        }
    }
}
