package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every transport promises; run over each implementation. */
abstract class TransportContract {
    private static final int FRAME_BYTES_MAX = 4 * 1024 * 1024;
    private static final long BUDGET_BYTES = 16L * 1024 * 1024;
    private static final long PATIENCE_MS = 200;
    private static final FrameLimits LIMITS = new FrameLimits(FRAME_BYTES_MAX, 8L * 1024 * 1024);

    FrameBudget budget;
    private Transport server;
    private Transport client;
    private Listener listener;

    /** Server-side ends in the order of acceptance. */
    private final ConcurrentLinkedQueue<RecordedLink> accepted = new ConcurrentLinkedQueue<>();

    /** How the server's ends begin. */
    private volatile boolean serverKeepsFrames;

    private volatile boolean serverPausesAtOpen;

    abstract Transport newTransport(String name, TransportOptions options, FrameBudget frameBudget);

    abstract Clock clock();

    /** Lets the world go on until the condition holds; false after some seconds of its time. */
    abstract boolean happens(BooleanSupplier condition);

    /** Lets some time pass in which nothing should happen. */
    abstract void pass(long ms);

    @AfterEach
    void closeBoth() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void deliversFramesOfAnySizeInOrderBothWays() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        final int[] sizes = {0, 1, 3, 1_000, 0, 5_000, 20_000, 65_532, 65_536, 70_000, 1_000_000, 17, 3_000_000, 2};
        send(near, sizes);
        send(far, sizes);
        assertTrue(happens(() -> far.frames.size() == sizes.length && near.frames.size() == sizes.length));
        for (int i = 0; i < sizes.length; i++) {
            assertArrayEquals(content(i, sizes[i]), far.frames.get(i), "frame " + i);
            assertArrayEquals(content(i, sizes[i]), near.frames.get(i), "frame " + i);
        }
        assertTrue(happens(() -> budget.bytesInFlight() == 0));
        assertTrue(happens(() -> far.readCompletes.get() > 0));
    }

    @Test
    void deliversManySmallFrames() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        final int[] sizes = new int[3_000];
        Arrays.setAll(sizes, i -> i % 700);
        send(near, sizes);
        assertTrue(happens(() -> far.frames.size() == sizes.length));
        for (int i = 0; i < sizes.length; i++) {
            assertArrayEquals(content(i, sizes[i]), far.frames.get(i), "frame " + i);
        }
    }

    @Test
    void closesALinkThatAnnouncesAFrameTooLong() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        sendRaw(near, FRAME_BYTES_MAX + 1, 10);
        assertTrue(happens(() -> far.isClosed() && near.isClosed()));
        assertTrue(far.closedReason.contains(String.valueOf(FRAME_BYTES_MAX + 1)), far.closedReason);
        assertEquals(far.closedReason, far.refusedReason);
        assertNull(near.refusedReason);
        assertEquals(0, budget.bytesInFlight());
    }

    @Test
    void closesALinkThatAnnouncesANegativeLength() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        sendRaw(near, -1, 0);
        assertTrue(happens(far::isClosed));
        assertEquals(List.of(), far.frames);
    }

    @Test
    void givesBackTheMemoryOfAHalfFrameWhoseLinkCloses() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        sendRaw(near, 1_000_000, 10);
        assertTrue(happens(() -> budget.bytesInFlight() == 1_000_000));
        onShard(near, () -> near.link.close("enough"));
        assertTrue(happens(() -> near.isClosed() && far.isClosed() && budget.bytesInFlight() == 0));
        assertEquals("enough", near.closedReason);
        assertEquals(1, near.closedCalls.get());
        assertEquals(1, far.closedCalls.get());
    }

    @Test
    void deliversNothingToAPausedLinkUntilItIsResumed() throws IOException {
        serverPausesAtOpen = true;
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        send(near, 10, 100_000, 20);
        pass(50);
        assertEquals(0, far.frames.size());
        onShard(far, () -> far.link.resumeReading());
        assertTrue(happens(() -> far.frames.size() == 3));
    }

    @Test
    void tellsAConnectToNobodyAsACloseWithoutAnOpen() throws IOException {
        start(options());
        final InetSocketAddress nobody = listener.address();
        listener.close();
        final RecordedLink near = connectTo(nobody);
        assertTrue(happens(near::isClosed));
        assertFalse(near.isOpen());
        assertEquals(1, near.closedCalls.get());
    }

    @Test
    void refusesAnAddressInUse() throws IOException {
        start(options());
        assertThrows(BindException.class, () -> server.listen(listener.address(), LIMITS, shard -> new RecordedLink()));
    }

    @Test
    void refusesLimitsThatNeverFitTheBudget() throws IOException {
        start(options());
        final FrameLimits tooBig = new FrameLimits((int) BUDGET_BYTES, BUDGET_BYTES);
        assertThrows(
                IllegalArgumentException.class,
                () -> server.listen(listener.address(), tooBig, shard -> new RecordedLink()));
    }

    @Test
    void isNotWritableWhileThePeerDoesNotReadAndWritableAgainAfter() throws IOException {
        serverPausesAtOpen = true;
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        // More than the operating system holds on both sides.
        final int[] sizes = new int[12];
        Arrays.fill(sizes, 2_000_000);
        send(near, sizes);
        assertTrue(happens(() -> near.writabilityChanges.get() == 1));
        onShard(far, () -> far.link.resumeReading());
        assertTrue(happens(() -> far.frames.size() == sizes.length && near.writabilityChanges.get() == 2));
        assertTrue(happens(() -> budget.bytesInFlight() == 0));
    }

    @Test
    void cutsAPeerThatStopsReading() throws IOException {
        serverPausesAtOpen = true;
        start(options().withTimeouts(0, 100));
        final RecordedLink near = connect();
        awaitAccepted();
        final int[] sizes = new int[12];
        Arrays.fill(sizes, 2_000_000);
        send(near, sizes);
        assertTrue(happens(near::isClosed));
        assertTrue(near.closedReason.contains("has read nothing"), near.closedReason);
    }

    @Test
    void closesAnIdleLink() throws IOException {
        start(options().withTimeouts(100, 0));
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        assertTrue(happens(() -> near.isClosed() && far.isClosed()));
        assertTrue((near.closedReason + far.closedReason).contains("idle"), near.closedReason);
    }

    @Test
    void endsALinkWhosePeerBringsAFrameByteByByte() throws IOException {
        start(options().withReceiveTimeout(200));
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        send(near, 10);
        assertTrue(happens(() -> far.frames.size() == 1));
        sendRaw(near, 1_000_000, 1);
        final long[] sent = {1};
        assertTrue(happens(() -> {
            // A byte now and then: never idle.
            pass(10);
            sendBytes(near, 1);
            sent[0]++;
            return far.isClosed();
        }));
        assertTrue(far.refusedReason.startsWith("a frame that had begun brought "), far.refusedReason);
        assertTrue(sent[0] < 190, "it went on for " + sent[0] + " bytes");
        assertTrue(happens(() -> budget.bytesInFlight() == 0));
    }

    @Test
    void letsAFrameTakeAnyTimeThatGoesOn() throws IOException {
        start(options().withReceiveTimeout(100));
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        final int pieces = 60;
        final int pieceBytes = 1_000;
        sendRaw(near, pieces * pieceBytes, 0);
        for (int i = 0; i < pieces; i++) {
            pass(10);
            sendBytes(near, pieceBytes);
        }
        assertTrue(happens(() -> far.frames.size() == 1));
        // And then it may be silent.
        pass(300);
        assertFalse(far.isClosed());
    }

    @Test
    void endsALinkThatNeverBringsAFrameAndCallsItNoFault() throws IOException {
        start(options().withReceiveTimeout(100));
        connect();
        final RecordedLink far = awaitAccepted();
        assertTrue(happens(far::isClosed));
        assertTrue(far.closedReason.startsWith("nothing came for "), far.closedReason);
        assertNull(far.refusedReason);
    }

    /** A link that is not read brings nothing, which is not its peer's fault. */
    @Test
    void bearsAHalfFrameWhileTheLinkIsPaused() throws IOException {
        start(options().withReceiveTimeout(100));
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        sendRaw(near, 1_000, 500);
        assertTrue(happens(() -> budget.bytesInFlight() == 1_000));
        onShard(far, () -> far.link.pauseReading());
        pass(400);
        assertFalse(far.isClosed());
        onShard(far, () -> far.link.resumeReading());
        sendBytes(near, 500);
        assertTrue(happens(() -> far.frames.size() == 1));
    }

    @Test
    void acceptsNoMoreInASecondThanItIsToAndServesThoseItHas() throws IOException {
        start(options().withAcceptsPerSecond(10));
        final long beganMs = clock().monotonicMs();
        final RecordedLink[] ends = new RecordedLink[12];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = connectTo(listener.address());
        }
        final RecordedLink first = awaitAccepted();
        assertTrue(happens(() -> ends[0].isOpen()));
        onShard(first, () -> {
            first.link.write(first.link.allocator().buffer(4).writeInt(0));
            first.link.flush();
        });
        assertTrue(happens(() -> Arrays.stream(ends).anyMatch(end -> end.frames.size() == 1)));
        assertTrue(accepted.size() < ends.length, "all were accepted at once");
        assertTrue(happens(() -> accepted.size() == ends.length));
        // Twelve less the two of the begin.
        assertTrue(clock().monotonicMs() - beganMs >= 990, "after " + (clock().monotonicMs() - beganMs) + " ms");
    }

    @Test
    void readsNoMoreThanALinksShareUntilItsFramesAreReleased() throws IOException {
        serverKeepsFrames = true;
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        send(near, 3_000_000, 3_000_000, 3_000_000);
        assertTrue(happens(() -> far.frames.size() == 2));
        pass(50);
        assertEquals(2, far.frames.size());
        far.releaseKept();
        assertTrue(happens(() -> far.frames.size() == 3));
        far.releaseKept();
        assertTrue(happens(() -> budget.bytesInFlight() == 0));
    }

    @Test
    void letsSmallFramesPassWhileBigOnesWaitForMemory() throws IOException {
        serverKeepsFrames = true;
        start(options());
        for (int i = 0; i < 2; i++) {
            send(connect(), 4_000_000, 4_000_000);
        }
        assertTrue(happens(
                () -> accepted.stream().mapToInt(far -> far.frames.size()).sum() == 3));
        assertTrue(happens(() -> budget.waitingLinks() == 1));
        final RecordedLink near = connect();
        assertTrue(happens(() -> accepted.size() == 3));
        send(near, 1_000);
        final RecordedLink far = List.copyOf(accepted).get(2);
        assertTrue(happens(() -> far.frames.size() == 1));
        assertEquals(1, budget.waitingLinks());
        assertTrue(budget.bytesInFlight() <= BUDGET_BYTES);
        accepted.forEach(RecordedLink::releaseKept);
        assertTrue(
                happens(() -> accepted.stream().mapToInt(a -> a.frames.size()).sum() == 5));
        accepted.forEach(RecordedLink::releaseKept);
        assertTrue(happens(() -> budget.bytesInFlight() == 0 && budget.waitingLinks() == 0));
    }

    @Test
    void cutsHalfFramesThatKeepOthersWaiting() throws IOException {
        start(options());
        final RecordedLink[] attackers = new RecordedLink[8];
        for (int i = 0; i < attackers.length; i++) {
            attackers[i] = connect();
            sendRaw(attackers[i], 4_000_000, 100);
        }
        assertTrue(happens(() -> budget.waitingLinks() > 0));
        final RecordedLink honest = connect();
        send(honest, 4_000_000);
        assertTrue(happens(() -> accepted.stream().anyMatch(far -> far.frames.size() == 1)));
        assertTrue(Arrays.stream(attackers).anyMatch(RecordedLink::isClosed));
        assertFalse(honest.isClosed());
    }

    @Test
    void givesLinksTheirOwnNumbersAndAddresses() throws IOException {
        start(options());
        final RecordedLink first = connect();
        final RecordedLink second = connect();
        // Accepted on several shards, in any order.
        assertTrue(happens(() -> accepted.stream().filter(RecordedLink::isOpen).count() == 2));
        assertNotEquals(first.link.id(), second.link.id());
        assertEquals(listener.address().getPort(), first.link.remoteAddress().getPort());
        assertEquals(
                Set.of(
                        first.link.localAddress().getPort(),
                        second.link.localAddress().getPort()),
                accepted.stream().map(far -> far.link.remoteAddress().getPort()).collect(Collectors.toSet()));
        assertTrue(client.shards().contains(first.link.shard()));
        assertNull(first.closedReason);
    }

    /** A timer of a setting that says "never". */
    @Test
    void aTaskForTheEndOfTimeWaitsForIt() throws IOException {
        start(options());
        final AtomicInteger runs = new AtomicInteger();
        final Shard shard = server.shards().get(0);
        shard.execute(() -> {
            shard.schedule(runs::incrementAndGet, Long.MAX_VALUE);
            shard.schedule(runs::incrementAndGet, Long.MAX_VALUE / 1_000_000 + 1);
        });
        pass(50);
        assertEquals(0, runs.get());
    }

    @Test
    void tellsEveryHandlerWhenItCloses() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        server.close();
        assertTrue(happens(() -> near.isClosed() && far.isClosed()));
        assertEquals("the transport is closed", far.closedReason);
    }

    /** Begins anew, for a test that runs several worlds. */
    final void resetAccepted() {
        accepted.clear();
    }

    static TransportOptions options() {
        return new TransportOptions(2, "contract", 64, 0, 0, 0, 0, 64 * 1024, 256 * 1024);
    }

    final void start(final TransportOptions options) throws IOException {
        budget = new FrameBudget(BUDGET_BYTES, PATIENCE_MS, clock());
        final FrameBudget clientBudget = new FrameBudget(BUDGET_BYTES, PATIENCE_MS, clock());
        server = newTransport("server", options, budget);
        // What a server's end expects of its peer is no matter of the client's.
        client = newTransport("client", options.withReceiveTimeout(0), clientBudget);
        listener = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), LIMITS, shard -> {
            final RecordedLink made = new RecordedLink();
            made.keepsFrames = serverKeepsFrames;
            made.pausesAtOpen = serverPausesAtOpen;
            accepted.add(made);
            return made;
        });
    }

    final RecordedLink connect() {
        final RecordedLink near = connectTo(listener.address());
        assertTrue(happens(near::isOpen));
        return near;
    }

    private RecordedLink connectTo(final InetSocketAddress address) {
        final RecordedLink near = new RecordedLink();
        client.connect(address, client.shards().get(0), LIMITS, near);
        return near;
    }

    final RecordedLink awaitAccepted() {
        assertTrue(happens(() -> !accepted.isEmpty() && accepted.element().isOpen()));
        return accepted.element();
    }

    static void onShard(final RecordedLink end, final Runnable task) {
        end.link.shard().execute(task);
    }

    private static void send(final RecordedLink from, final int... sizes) {
        onShard(from, () -> {
            for (int i = 0; i < sizes.length; i++) {
                final ByteBuf frame = from.link.allocator().buffer(Integer.BYTES + sizes[i]);
                from.link.write(frame.writeInt(sizes[i]).writeBytes(content(i, sizes[i])));
            }
            from.link.flush();
        });
    }

    private static void sendRaw(final RecordedLink from, final int length, final int bytes) {
        onShard(from, () -> {
            final ByteBuf frame = from.link.allocator().buffer(Integer.BYTES + bytes);
            from.link.write(frame.writeInt(length).writeZero(bytes));
            from.link.flush();
        });
    }

    private static void sendBytes(final RecordedLink from, final int bytes) {
        onShard(from, () -> {
            if (!from.isClosed()) {
                from.link.write(from.link.allocator().buffer(bytes).writeZero(bytes));
                from.link.flush();
            }
        });
    }

    private static byte[] content(final int number, final int bytes) {
        final byte[] content = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            content[i] = (byte) (i * 31 + number * 7 + (i >>> 8));
        }
        return content;
    }
}
