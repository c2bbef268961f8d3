package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that stands for the log up to an index: a {@link CoreFileHeader}, then {@link CoreEntryCodec} chunks, the last
 * of them empty. It gets its name only when it is complete and forced, so a snapshot that is bad is damaged.
 *
 * <p>Writing and reading block; confined to the thread that does it.
 */
final class CoreSnapshot {
    /** Records gathered into one chunk, of more bytes only when a single record has more. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private final RecordTypes types;
    private final DiskFile file;
    private final long salt;
    private final long index;
    private final List<Message> chunk = new ArrayList<>();
    private final ByteBuf bytes = Unpooled.buffer(CHUNK_BYTES + CHUNK_BYTES / 2);
    private long chunkBytes;
    private long chunks;
    private long position;

    private CoreSnapshot(final RecordTypes types, final DiskFile file, final long salt, final long index) {
        this.salt = salt;
        this.types = types;
        this.file = file;
        this.index = index;
    }

    /** Writes the state's snapshot; when this returns it is durable. The result is its size. */
    static <S> long write(
            final Disk disk,
            final Path directory,
            final CoreGroup<?> group,
            final RecordTypes types,
            final StateMachine<S> machine,
            final long salt,
            final long index,
            final S state)
            throws IOException {
        final Path path = CoreFiles.path(directory, index, CoreFiles.SNAPSHOT);
        final Path temporary = CoreFiles.path(directory, index, CoreFiles.SNAPSHOT + CoreFiles.TEMPORARY);
        final long size;
        try (DiskFile file = disk.open(temporary, true)) {
            file.truncate(0);
            final CoreSnapshot snapshot = new CoreSnapshot(types, file, salt, index);
            snapshot.put(CoreFileHeader.write(CoreFileHeader.SNAPSHOT_MAGIC, group.id(), index, salt));
            try {
                machine.snapshot(state, snapshot::add);
            } catch (final UncheckedIOException e) {
                throw e.getCause();
            }
            snapshot.end();
            file.force();
            size = snapshot.position;
        }
        disk.rename(temporary, path);
        disk.forceDirectory(directory);
        return size;
    }

    /** The state in the file. */
    static <S> S read(
            final Disk disk,
            final Path path,
            final CoreGroup<?> group,
            final RecordTypes types,
            final StateMachine<S> machine,
            final long index)
            throws IOException {
        final ByteBuffer bytes;
        try (DiskFile file = disk.open(path, false)) {
            bytes = CoreFiles.readAll(path, file);
        }
        CoreFileHeader.require(path, bytes, CoreFileHeader.SNAPSHOT_MAGIC, group, index);
        S state = machine.empty();
        int at = CoreFileHeader.BYTES;
        for (long expected = 0; ; expected++) {
            final int length = CoreEntryCodec.validLength(bytes, at, index, CoreFileHeader.salt(bytes));
            if (length == 0 || CoreEntryCodec.batch(bytes, at) != expected) {
                throw new CoreLogException(CoreLogException.Reason.CORRUPT, path, "chunk " + expected + " is bad");
            }
            final CoreEntry entry = CoreEntryCodec.read(types, path, bytes, at);
            at += length;
            if (!entry.records().isEmpty() || expected == 0) {
                // Also when a snapshot holds nothing: the state has its index then.
                state = machine.replay(state, index, entry.records());
            }
            if (entry.records().isEmpty()) {
                return state;
            }
        }
    }

    private void add(final Message record) {
        final long size = CoreEntryCodec.recordSize(types, record);
        if (!chunk.isEmpty() && chunkBytes + size > CHUNK_BYTES) {
            try {
                flush();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        chunk.add(record);
        chunkBytes += size;
    }

    private void end() throws IOException {
        if (!chunk.isEmpty()) {
            flush();
        }
        flush();
    }

    private void flush() throws IOException {
        bytes.clear();
        CoreEntryCodec.write(types, bytes, salt, index, chunks++, chunk);
        put(bytes.nioBuffer());
        chunk.clear();
        chunkBytes = 0;
    }

    private void put(final ByteBuffer source) throws IOException {
        final int size = source.remaining();
        file.write(source, position);
        position += size;
    }
}
