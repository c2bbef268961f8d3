package io.highwater.log.disk;

import com.sun.nio.file.ExtendedOpenOption;
import io.highwater.port.FileRange;
import io.highwater.port.Retained;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of the operating system behind one channel, and behind a second one for writes past the page cache. A channel is closed by the interrupt of a thread that uses it, so
 * threads that touch files are never interrupted: pools are shut down, not shut down now. The channel outlives
 * {@link #close()} while bytes are on their way out of it, and no longer: regions without a descriptor are what lets ten
 * thousand logs be read.
 */
final class FileDiskFile implements DiskFile, Retained {
    private static final Logger LOG = LoggerFactory.getLogger(FileDiskFile.class);

    private static final boolean IS_LINUX = "Linux".equals(System.getProperty("os.name"));

    /** Large enough to make the system call cheap, small enough for the second-level cache. */
    private static final int ZEROS_BYTES = 64 * 1024;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_BYTES + BLOCK_BYTES)
            .alignedSlice(BLOCK_BYTES)
            .limit(ZEROS_BYTES)
            .asReadOnlyBuffer();

    private final Set<FileRegion> mapped = ConcurrentHashMap.newKeySet();
    /** Shares in the channel: the handle's own, until it is closed, and one for each range on its way out. */
    private final AtomicInteger holders = new AtomicInteger(1);

    private volatile boolean closed;
    /** Past the page cache; null until it was found to work. */
    private volatile FileChannel directOrNull;

    private final Path path;
    private final FileChannel channel;

    FileDiskFile(final Path path, final FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public long sizeBytes() throws IOException {
        requireOpen();
        return channel.size();
    }

    @Override
    public void write(final ByteBuffer source, final long position) throws IOException {
        requireOpen();
        writeAll(channel, source, position);
    }

    private static void writeAll(final FileChannel to, final ByteBuffer source, final long position)
            throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += to.write(source, at);
        }
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        requireOpen();
        int done = 0;
        while (target.hasRemaining()) {
            final int count = channel.read(target, position + done);
            if (count < 0) {
                break;
            }
            done += count;
        }
        return done;
    }

    @Override
    public void force() throws IOException {
        requireOpen();
        try {
            // false is fdatasync: the size is made durable with the data, times are not.
            channel.force(false);
        } catch (final IOException e) {
            throw named(e);
        }
    }

    /** On Linux alone: elsewhere O_DSYNC may leave the bytes in the device's cache, where {@link #force()} does not. */
    @Override
    public boolean tryWriteThrough() throws IOException {
        requireOpen();
        if (!IS_LINUX) {
            return false;
        }
        FileChannel direct = directOrNull;
        boolean isWritten = false;
        try {
            if (direct == null) {
                direct = FileChannel.open(
                        path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, ExtendedOpenOption.DIRECT);
            }
            // Some file systems open it, and refuse the first write.
            writeAll(direct, ZEROS.duplicate().limit(BLOCK_BYTES), 0);
            isWritten = true;
        } catch (final IOException | RuntimeException e) {
            // Whatever it was: nothing was there to be lost. Through the page cache, a broken device fails a force.
            LOG.warn("{} is written through the page cache: {}", path, e.toString());
        } finally {
            if (!isWritten) {
                CloseHelper.quietClose(direct);
                direct = null;
            }
            directOrNull = direct;
        }
        return isWritten;
    }

    @Override
    public void writeThrough(final ByteBuffer source, final long position) throws IOException {
        requireOpen();
        try {
            writeAll(directOrNull, source, position);
        } catch (final IOException e) {
            throw named(e);
        }
    }

    /**
     * Does nothing: Java has no sync_file_range, a native binding costs more at start-up than it brings, and an early
     * force is the flusher's decision. The kernel writes back by its own clock.
     */
    @Override
    public void startWriteBack(final long position, final long bytes) {
        // See above.
    }

    @Override
    public void allocate(final long sizeBytes) throws IOException {
        requireOpen();
        final long before = channel.size();
        try {
            for (long at = before; at < sizeBytes; ) {
                final ByteBuffer zeros = ZEROS.duplicate();
                zeros.limit((int) Math.min(ZEROS_BYTES, sizeBytes - at));
                at += channel.write(zeros, at);
            }
        } catch (final IOException e) {
            giveBack(before, e);
            throw e;
        }
    }

    @Override
    public void truncate(final long sizeBytes) throws IOException {
        requireOpen();
        for (final FileRegion region : mapped) {
            if (region.endPosition() > sizeBytes) {
                throw new IllegalStateException("cut of " + path + " at " + sizeBytes + " under a mapping that ends at "
                        + region.endPosition());
            }
        }
        channel.truncate(sizeBytes);
    }

    @Override
    public MappedRegion map(final long position, final long bytes) throws IOException {
        requireOpen();
        final long size = channel.size();
        if (position < 0 || bytes < 1 || position + bytes > size) {
            // The JDK would silently extend the file, with a hole.
            throw new IllegalArgumentException(
                    "map " + position + " + " + bytes + " of " + path + ", which has " + size + " bytes");
        }
        final FileRegion region =
                new FileRegion(this, channel.map(FileChannel.MapMode.READ_ONLY, position, bytes), position);
        mapped.add(region);
        return region;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                CloseHelper.close(directOrNull);
            } finally {
                if (holders.decrementAndGet() == 0) {
                    channel.close();
                }
            }
        }
    }

    void onUnmapped(final FileRegion region) {
        mapped.remove(region);
    }

    /** The file from {@code position} on, null when it is closed. Any thread. */
    FileRange rangeOrNull(final long position) {
        return tryRetain() ? new FileRange(channel, position, this) : null;
    }

    @Override
    public void retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("retain of " + path + ", which is closed");
        }
    }

    @Override
    public void release() {
        if (holders.decrementAndGet() == 0) {
            try {
                channel.close();
            } catch (final IOException e) {
                LOG.warn("{} can't be closed after its last reader", path, e);
            }
        }
    }

    /** False when the last share is gone, or only those on their way out are left: a closed handle gives no new ones. */
    private boolean tryRetain() {
        int seen = holders.get();
        while (!closed && seen > 0) {
            final int witness = holders.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** The system's messages don't say which file it was; a channel that was closed has none. */
    private IOException named(final IOException e) {
        return e.getMessage() == null ? e : new IOException(path + ": " + e.getMessage(), e);
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** After a failed allocation: half of it is of no use and takes the space that somebody else needs to recover. */
    private void giveBack(final long sizeBytes, final IOException cause) {
        try {
            channel.truncate(sizeBytes);
        } catch (final IOException e) {
            cause.addSuppressed(e);
        }
    }
}
