package io.highwater.log.disk;

import io.highwater.port.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A file's bytes twice: as the page cache shows them and as the device holds them. A sector of 512 bytes is the unit that
 * the device writes whole or not at all. A dirty sector differs, or may differ, between the two.
 */
final class SimulatedFile extends SimulatedNode {
    static final int SECTOR_BYTES = 512;

    private final List<SimulatedRegion> regions = new ArrayList<>();
    private final BitSet dirty = new BitSet();
    /** Page cache; zeros from {@link #size} on. */
    private byte[] cache = new byte[0];
    /** Device; the same length as the cache. What lies beyond {@link #durableSize} is what once was there. */
    private byte[] durable = new byte[0];

    private int size;
    private int durableSize;

    SimulatedFile(final long id) {
        super(id);
    }

    int size() {
        return size;
    }

    int mappedRegions() {
        return regions.size();
    }

    /** Sectors that a crash now would decide upon. */
    int dirtySectors() {
        return dirty.cardinality();
    }

    void write(final ByteBuffer source, final int position, final RandomSource random) {
        final int bytes = source.remaining();
        if (bytes == 0) {
            return;
        }
        reach(position + bytes);
        touch(position, position + bytes, random);
        source.get(cache, position, bytes);
        size = Math.max(size, position + bytes);
        for (final SimulatedRegion region : regions) {
            region.onWritten(cache, position, bytes);
        }
    }

    int read(final ByteBuffer target, final int position) {
        final int bytes = Math.min(target.remaining(), Math.max(0, size - position));
        target.put(cache, Math.min(position, cache.length), bytes);
        return bytes;
    }

    /** Zeros up to the new size, which a crash may leave there or not, like any write. */
    void extend(final int newSize, final RandomSource random) {
        if (newSize > size) {
            reach(newSize);
            touch(size, newSize, random);
            size = newSize;
        }
    }

    /** The cut bytes are zeros in the cache; on the device they live on until a force. */
    void cut(final int newSize, final RandomSource random) {
        if (newSize < size) {
            for (final SimulatedRegion region : regions) {
                region.requireBelow(newSize);
            }
            touch(newSize, size, random);
            Arrays.fill(cache, newSize, size, (byte) 0);
            size = newSize;
        }
    }

    void force() {
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            persist(sector);
        }
        dirty.clear();
        durableSize = size;
    }

    /** The bytes reach the device and the cache, whatever was there. */
    void writeThrough(final byte[] bytes, final int position) {
        for (int done = 0; done < bytes.length && position + done < size; done += SECTOR_BYTES) {
            throughSector(bytes, done, position + done);
        }
    }

    /** The same of any sectors. */
    void writeThroughSome(final byte[] bytes, final int position, final RandomSource random) {
        for (int done = 0; done < bytes.length && position + done < size; done += SECTOR_BYTES) {
            if (random.nextInt(2) == 0) {
                throughSector(bytes, done, position + done);
            }
        }
    }

    private void throughSector(final byte[] bytes, final int from, final int position) {
        System.arraycopy(bytes, from, cache, position, SECTOR_BYTES);
        System.arraycopy(bytes, from, durable, position, SECTOR_BYTES);
        dirty.clear(position / SECTOR_BYTES);
        for (final SimulatedRegion region : regions) {
            region.onWritten(cache, position, SECTOR_BYTES);
        }
    }

    /** As on Linux: afterwards all pages count as clean, so what did not reach the device now never will by a force. */
    void failForce(final RandomSource random) {
        settle(random);
    }

    @Override
    void crash(final RandomSource random) {
        settle(random);
        regions.clear();
        size = durableSize;
        // Beyond the end the device may still hold old bytes; they show again if only the size comes back.
        Arrays.fill(cache, (byte) 0);
        System.arraycopy(durable, 0, cache, 0, size);
        if (size < durable.length) {
            Arrays.fill(durable, size, durable.length, (byte) 0);
        }
    }

    /** Bit rot: the device and the cache agree on the wrong bit. */
    void flip(final int position, final int bit) {
        final byte flipped = (byte) (cache[position] ^ (1 << bit));
        cache[position] = flipped;
        durable[position] = flipped;
        for (final SimulatedRegion region : regions) {
            region.onWritten(cache, position, 1);
        }
    }

    SimulatedRegion map(final int position, final int bytes) {
        final SimulatedRegion region = new SimulatedRegion(cache, position, bytes, regions::remove);
        regions.add(region);
        return region;
    }

    /** The process that mapped them is gone. */
    void dropRegions() {
        regions.clear();
    }

    private void settle(final RandomSource random) {
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (random.nextInt(2) == 0) {
                persist(sector);
            }
        }
        dirty.clear();
        if (size != durableSize && random.nextInt(2) == 0) {
            durableSize = size;
        }
    }

    /** Before a change: the device may have written a dirty sector back at any time, hence with its content until now. */
    private void touch(final int from, final int to, final RandomSource random) {
        for (int sector = from / SECTOR_BYTES; sector * SECTOR_BYTES < to; sector++) {
            if (dirty.get(sector) && random.nextInt(4) == 0) {
                persist(sector);
            }
            dirty.set(sector);
        }
    }

    private void persist(final int sector) {
        final int from = sector * SECTOR_BYTES;
        System.arraycopy(cache, from, durable, from, SECTOR_BYTES);
    }

    private void reach(final int end) {
        if (end > cache.length) {
            final int sectors = (Math.max(end, cache.length * 2) + SECTOR_BYTES - 1) / SECTOR_BYTES;
            cache = Arrays.copyOf(cache, sectors * SECTOR_BYTES);
            durable = Arrays.copyOf(durable, sectors * SECTOR_BYTES);
        }
    }
}
