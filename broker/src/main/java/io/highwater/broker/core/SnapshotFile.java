package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The state of a group at one index, as records. Written under a temporary name, forced, renamed: one that has its name is
 * whole, so any damage is refused. {@link LogFormat} draws it.
 *
 * <p>Confined to the thread that holds it.
 */
final class SnapshotFile {
    /** Records are framed together until a piece is about this large. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final int PIECE_RECORDS = 256;

    private final EntryBatch pieces = new EntryBatch();
    private final List<Message> waiting = new ArrayList<>();
    private final DiskFile file;
    private final long salt;
    private final long term;
    private long nextPiece = 1;
    private long position = LogFormat.HEADER_BYTES;

    private SnapshotFile(final DiskFile file, final long salt, final long term) {
        this.file = file;
        this.salt = salt;
        this.term = term;
    }

    /** Writes a whole snapshot durably under the temporary name; returns its bytes. */
    static long write(
            final Disk disk,
            final Path temporary,
            final ByteBuffer header,
            final Consumer<Consumer<Message>> records)
            throws IOException {
        final DiskFile file = disk.open(temporary, true);
        try {
            file.truncate(0);
            file.write(header.duplicate(), 0);
            final SnapshotFile snapshot = new SnapshotFile(
                    file,
                    header.getLong(LogFormat.SALT_POSITION),
                    header.getLong(LogFormat.BASE_TERM_POSITION));
            records.accept(snapshot::add);
            snapshot.finish();
            file.force();
            return snapshot.position;
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        } finally {
            file.close();
        }
    }

    /** Reads a snapshot; returns its bytes. */
    static long read(final DiskFile file, final Path path, final ByteBuffer header, final LogReplay replay)
            throws IOException {
        final long salt = header.getLong(LogFormat.SALT_POSITION);
        final long index = header.getLong(LogFormat.BASE_INDEX_POSITION);
        final long size = file.sizeBytes();
        final ByteBuffer lengthBytes = ByteBuffer.allocate(Integer.BYTES);
        long at = LogFormat.HEADER_BYTES;
        for (long piece = 1; ; piece++) {
            file.read(lengthBytes.clear(), at);
            final int length = lengthBytes.getInt(0);
            if (lengthBytes.hasRemaining() || length <= LogFormat.RECORDS_POSITION || length > size - at) {
                throw damaged(path, at);
            }
            final ByteBuffer bytes = ByteBuffer.allocate(length);
            file.read(bytes, at);
            bytes.clear();
            if (!LogFormat.isEntry(bytes, 0, length, salt) || bytes.getLong(LogFormat.INDEX_POSITION) != piece) {
                throw damaged(path, at);
            }
            at += length;
            final List<Message> records = EntryBatch.decode(bytes.position(LogFormat.RECORDS_POSITION), path);
            if (records.isEmpty()) {
                break;
            }
            replay.onSnapshotPiece(index, records);
        }
        if (at != size) {
            throw damaged(path, at);
        }
        return size;
    }

    private void add(final Message record) {
        waiting.add(record);
        if (waiting.size() == PIECE_RECORDS) {
            try {
                endPiece();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void endPiece() throws IOException {
        // A piece has no bound of its own: it is a part of what was in entries, which have one.
        pieces.add(nextPiece, term, waiting, Integer.MAX_VALUE);
        nextPiece++;
        waiting.clear();
        if (pieces.sizeBytes() >= PIECE_BYTES) {
            writePieces();
        }
    }

    private void finish() throws IOException {
        if (!waiting.isEmpty()) {
            endPiece();
        }
        endPiece();
        writePieces();
    }

    private void writePieces() throws IOException {
        if (pieces.isEmpty()) {
            return;
        }
        final ByteBuffer bytes = pieces.bytes();
        int at = 0;
        while (at < bytes.limit()) {
            LogFormat.seal(bytes, at, salt, 0);
            at += bytes.getInt(at + LogFormat.LENGTH_POSITION);
        }
        file.write(bytes, position);
        position += at;
        pieces.clear();
    }

    private static CoreLogException damaged(final Path path, final long at) {
        return new CoreLogException(LogProblem.CORRUPT, path, "the snapshot is damaged at position " + at);
    }
}
