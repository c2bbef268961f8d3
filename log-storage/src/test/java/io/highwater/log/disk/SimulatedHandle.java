package io.highwater.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** An open file of one process. Outlives the name of the file, not the process. */
final class SimulatedHandle implements DiskFile {
    private final SimulatedDisk disk;
    private final Path path;
    private final SimulatedFile file;
    private final int incarnation;
    private boolean closed;

    SimulatedHandle(final SimulatedDisk disk, final Path path, final SimulatedFile file, final int incarnation) {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.incarnation = incarnation;
    }

    @Override
    public long sizeBytes() throws IOException {
        requireOpen();
        return file.size();
    }

    @Override
    public void write(final ByteBuffer source, final long position) throws IOException {
        requireOpen();
        final int wanted = source.remaining();
        told(" bytes", source, position);
        if (disk.takeFault(DiskOperation.WRITE, path)) {
            writePart(source, disk.random().nextInt(wanted + 1), position);
            throw SimulatedDisk.inputOutputError(path);
        }
        final long growth = Math.max(0, position + wanted - file.size());
        final long granted = disk.grantable(growth);
        if (granted < growth) {
            final long missing = growth - granted;
            writePart(source, (int) Math.max(0, wanted - missing), position);
            throw noSpace();
        }
        writePart(source, wanted, position);
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        requireOpen();
        disk.begin(DiskOperation.READ, path);
        final ByteBuffer view = target.duplicate();
        final int count = file.read(target, (int) Math.min(position, Integer.MAX_VALUE));
        told(" got", view.limit(view.position() + count), position);
        return count;
    }

    @Override
    public void force() throws IOException {
        requireOpen();
        if (disk.takeFault(DiskOperation.FORCE, path)) {
            file.failForce(disk.random());
            throw SimulatedDisk.inputOutputError(path);
        }
        file.force();
    }

    @Override
    public boolean tryWriteThrough() throws IOException {
        requireOpen();
        return !disk.refusesWriteThrough() && through(new byte[BLOCK_BYTES], 0);
    }

    @Override
    public void writeThrough(final ByteBuffer source, final long position) throws IOException {
        requireOpen();
        final int bytes = source.remaining();
        if (source.alignmentOffset(source.position(), BLOCK_BYTES) != 0
                || bytes % BLOCK_BYTES != 0
                || position % BLOCK_BYTES != 0
                || position + bytes > file.size()) {
            throw new IllegalArgumentException("write of " + bytes + " through to " + position + " of " + path);
        }
        told(" through", source, position);
        final byte[] copy = new byte[bytes];
        source.get(copy);
        if (!through(copy, (int) position)) {
            throw SimulatedDisk.inputOutputError(path);
        }
    }

    /**
     * Under way while the listener is told: what others do meanwhile comes before it. Power loss has each sector written or
     * not, the death of the process all or none.
     */
    private boolean through(final byte[] bytes, final int position) {
        final String boot = disk.bootId();
        boolean isLive = false;
        try {
            if (disk.takeFault(DiskOperation.WRITE_THROUGH, path)) {
                file.writeThroughSome(bytes, position, disk.random());
                isLive = true;
                return false;
            }
            isLive = true;
        } finally {
            if (!isLive && !boot.equals(disk.bootId())) {
                file.writeThroughSome(bytes, position, disk.random());
            } else if (!isLive && disk.random().nextInt(2) == 0) {
                file.writeThrough(bytes, position);
            }
        }
        file.writeThrough(bytes, position);
        return true;
    }

    /** Nothing: the device writes back by chance anyway. */
    @Override
    public void startWriteBack(final long position, final long bytes) {
        // See above.
    }

    @Override
    public void allocate(final long sizeBytes) throws IOException {
        requireOpen();
        disk.begin(DiskOperation.ALLOCATE, path);
        disk.trace().event(path + " allocate", sizeBytes);
        final long growth = sizeBytes - file.size();
        if (growth > 0) {
            if (disk.grantable(growth) < growth) {
                throw noSpace();
            }
            file.extend((int) sizeBytes, disk.random());
        }
    }

    @Override
    public void truncate(final long sizeBytes) throws IOException {
        requireOpen();
        disk.begin(DiskOperation.TRUNCATE, path);
        disk.trace().event(path + " truncate", sizeBytes);
        file.cut((int) Math.min(sizeBytes, Integer.MAX_VALUE), disk.random());
    }

    @Override
    public MappedRegion map(final long position, final long bytes) throws IOException {
        requireOpen();
        disk.begin(DiskOperation.MAP, path);
        disk.trace().event(path + " map", position, bytes);
        if (position < 0 || bytes < 1 || position + bytes > file.size()) {
            throw new IllegalArgumentException(
                    "map " + position + " + " + bytes + " of " + path + ", which has " + file.size() + " bytes");
        }
        return file.map((int) position, (int) bytes);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            disk.onClosed(incarnation);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private void writePart(final ByteBuffer source, final int bytes, final long position) {
        final int limit = source.limit();
        source.limit(source.position() + bytes);
        file.write(source, (int) position, disk.random());
        source.limit(limit);
    }

    private void told(final String what, final ByteBuffer bytes, final long position) {
        final CRC32C crc = new CRC32C();
        final int length = bytes.remaining();
        crc.update(bytes.duplicate());
        disk.trace().event(path + what, position, ((long) length << 32) | crc.getValue());
    }

    private IOException noSpace() {
        return new IOException(path + ": No space left on device");
    }

    private void requireOpen() throws IOException {
        disk.requireIncarnation(incarnation);
        if (closed) {
            throw new ClosedChannelException();
        }
    }
}
