package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Clock;
import io.highwater.port.FileBacked;
import io.highwater.port.FileRange;
import io.highwater.port.Shard;
import io.highwater.port.SystemClock;
import io.highwater.protocol.codec.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over loopback sockets, with the event loops that this machine has. */
class NettyTransportTest extends TransportContract {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NS = 200_000;

    private WriteBudget writes = new WriteBudget(WriteBudget.BYTES_MAX);

    @Override
    Transport newTransport(final String name, final TransportOptions options, final FrameBudget frameBudget) {
        return new NettyTransport(options, frameBudget, writes, clock());
    }

    @Override
    Clock clock() {
        return SystemClock.INSTANCE;
    }

    @Override
    boolean happens(final BooleanSupplier condition) {
        final long endNs = System.nanoTime() + LIMIT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        return true;
    }

    @Override
    void pass(final long ms) {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        while (System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /**
     * Records that lie in a file leave it by the operating system's hand: between what is written around them, more than a
     * socket takes at once, counted as waiting bytes, and their memory is given back once and after the last byte.
     */
    @Test
    void sendsRecordsOutOfTheirFile(@TempDir final Path temporary) throws IOException {
        final int fileBytes = 3_000_000;
        final byte[] content = new byte[fileBytes];
        for (int i = 0; i < fileBytes; i++) {
            content[i] = (byte) (i * 7 + (i >>> 11));
        }
        final Path path = Files.write(temporary.resolve("records"), content);
        try (FileChannel channel = FileChannel.open(path)) {
            // Zeros, not the file's bytes: what arrives tells which of the two was sent.
            final ByteBuffer memory = ByteBuffer.allocateDirect(fileBytes);
            final CountedFile lifetime = new CountedFile(channel, memory);
            start(options());
            final RecordedLink near = connect();
            final RecordedLink far = awaitAccepted();
            final int small = 2000;
            final int large = fileBytes - small;
            onShard(near, () -> {
                final MessageWriter out = MessageWriter.gathering(near.link.allocator(), 64);
                out.writeInt32(4 + 4 + small + 4 + 4 + large + 4);
                out.writeInt32(0x01020304);
                out.writeRecords(memory.slice(0, small), false, false);
                out.writeInt32(0x05060708);
                out.writeRecords(memory.slice(small, large), false, false);
                out.writeInt32(0x090A0B0C);
                near.link.write(out.finish(lifetime));
                near.link.flush();
            });
            assertTrue(happens(() -> !far.frames.isEmpty()));
            final ByteBuffer expected = ByteBuffer.allocate(4 + 4 + small + 4 + 4 + large + 4);
            expected.putInt(0x01020304).putInt(small).put(new byte[small]).putInt(0x05060708);
            expected.putInt(large).put(content, small, large).putInt(0x090A0B0C);
            assertEquals(ByteBuffer.wrap(expected.array()), ByteBuffer.wrap(far.frames.get(0)));
            assertTrue(happens(() -> lifetime.shares.get() == 0));
            assertTrue(channel.isOpen());
        }
    }

    /** What peers do not take is bounded for all links together, and given back with what is written or lost. */
    @Test
    void closesALinkWhoseLargeFrameFindsNoRoomBesideThoseThatWait() throws IOException {
        final int bytes = 700_000;
        writes = new WriteBudget(2 * bytes - 1);
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        for (int i = 0; i < 3; i++) {
            onShard(near, () -> {
                near.link.write(frame(near, bytes));
                near.link.flush();
            });
            final int frames = i + 1;
            assertTrue(happens(() -> far.frames.size() == frames && writes.held() == 0), "written, so given back");
        }
        onShard(near, () -> {
            near.link.write(frame(near, bytes));
            near.link.write(frame(near, WriteBudget.COUNTED_BYTES_MIN - 1));
            assertEquals(bytes, writes.held());
            near.link.write(frame(near, bytes));
        });
        assertTrue(happens(() -> near.isClosed() && far.isClosed() && writes.held() == 0));
        assertEquals(3, far.frames.size());
    }

    private static ByteBuf frame(final RecordedLink from, final int bytes) {
        return from.link.allocator().buffer(bytes).writeInt(bytes - 4).writeZero(bytes - 4);
    }

    /** Frames after a lost one would answer the wrong requests. */
    @Test
    void closesALinkThatCantWriteAFrame() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        onShard(near, () -> {
            final ByteBuf gone = near.link.allocator().buffer().writeInt(4).writeInt(1);
            gone.release();
            near.link.write(gone);
            near.link.flush();
        });
        assertTrue(happens(() -> near.isClosed() && far.isClosed()));
        assertEquals(List.of(), far.frames);
    }

    /** What blocks elsewhere may end after the transport has, and has nobody to tell: it must not meet a fault. */
    @Test
    void dropsTasksThatComeAfterTheClose() {
        final Transport transport = newTransport("closed", options(), new FrameBudget(1 << 20, 1_000, clock()));
        final AtomicInteger runs = new AtomicInteger();
        for (final Shard shard : transport.shards()) {
            shard.execute(runs::incrementAndGet);
            shard.schedule(runs::incrementAndGet, 60_000);
        }
        transport.close();
        assertEquals(
                transport.shards().size(), runs.get(), "what came before the close is done, what is not due is not");

        for (final Shard shard : transport.shards()) {
            shard.execute(runs::incrementAndGet);
            shard.run(runs::incrementAndGet);
            shard.schedule(runs::incrementAndGet, 0).cancel();
            shard.schedule(runs::incrementAndGet, 0);
        }
        pass(50);
        assertEquals(transport.shards().size(), runs.get());
    }

    /** A file's memory that counts its shares. */
    private static final class CountedFile implements FileBacked {
        private final AtomicInteger shares = new AtomicInteger(1);
        private final FileChannel channel;
        private final ByteBuffer memory;

        CountedFile(final FileChannel channel, final ByteBuffer memory) {
            this.channel = channel;
            this.memory = memory;
        }

        @Override
        public FileRange rangeOrNull(final ByteBuffer piece) {
            // The one large piece is the memory's end.
            retain();
            return new FileRange(channel, memory.capacity() - piece.remaining(), this);
        }

        @Override
        public void retain() {
            shares.incrementAndGet();
        }

        @Override
        public void release() {
            shares.decrementAndGet();
        }
    }
}
