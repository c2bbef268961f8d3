package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server keys that only a whole server has: its event loops, its sockets, and time as sockets know it. */
@Tag("socket")
class ServerConfigEffectTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int CONNECTIONS = 12 + Runtime.getRuntime().availableProcessors();
    private static final short API_VERSIONS = 18;
    private static final short JOIN_GROUP = 11;

    @TempDir
    private Path directory;

    @Test
    void numShardsIsTheNumberOfEventLoops() throws Exception {
        assertEquals(1, loopsThatServe("1"));
        assertEquals(3, loopsThatServe("3"));
        assertEquals(Math.max(1, Runtime.getRuntime().availableProcessors() - 1), loopsThatServe("0"));
    }

    @Test
    void aConnectionSilentForConnectionsMaxIdleMsIsClosed() throws Exception {
        try (Server server = start("connections.max.idle.ms", "1000");
                Socket socket = connect(server)) {
            socket.getOutputStream().write(apiVersions());
            readFrame(socket);
            final long servedNs = System.nanoTime();
            assertTimeoutPreemptively(
                    LIMIT, () -> assertEquals(-1, socket.getInputStream().read()));
            assertTrue(System.nanoTime() - servedNs >= Duration.ofMillis(900).toNanos());
        }
    }

    /** A byte now and then keeps a connection from being idle, and does not keep a request that has begun from its time. */
    @Test
    void aRequestThatComesByteByByteEndsItsConnectionAfterRequestReceiveTimeoutMs() throws Exception {
        try (Server server = start("request.receive.timeout.ms", "1000");
                Socket drip = connect(server);
                Socket silent = connect(server);
                Socket slow = connect(server)) {
            final long beganNs = System.nanoTime();
            // The silent one has been served, and what it is then is idle.
            silent.getOutputStream().write(apiVersions());
            readFrame(silent);
            final CompletableFuture<Long> endedNs = CompletableFuture.supplyAsync(() -> {
                try {
                    drip.getOutputStream()
                            .write(ByteBuffer.allocate(4).putInt(50_000).array());
                    while (true) {
                        drip.getOutputStream().write(1);
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                } catch (final IOException | InterruptedException e) {
                    return System.nanoTime();
                }
            });
            // Three times the timeout for one request, at ten times the pace that it has to have: a busy machine takes
            // longer.
            final byte[] request = longApiVersions(30_000);
            for (int at = 0; at < request.length; at += 500) {
                slow.getOutputStream().write(request, at, Math.min(500, request.length - at));
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertTrue(slow.getInputStream().read() >= 0, "the slow one has its answer");
            final long tookMs = Duration.ofNanos(endedNs.get(10, TimeUnit.SECONDS) - beganNs)
                    .toMillis();
            assertTrue(tookMs >= 1_000 && tookMs < 5_000, "after " + tookMs + " ms");
            silent.getOutputStream().write(apiVersions());
            readFrame(silent);
            assertEquals(1, server.metrics().badRequests());
        }
    }

    @Test
    void aConnectionThatBringsNoRequestAtAllIsClosedAfterRequestReceiveTimeoutMs() throws Exception {
        try (Server server = start("request.receive.timeout.ms", "1000");
                Socket socket = connect(server)) {
            final long openedNs = System.nanoTime();
            assertTimeoutPreemptively(
                    LIMIT, () -> assertEquals(-1, socket.getInputStream().read()));
            assertTrue(System.nanoTime() - openedNs >= Duration.ofMillis(900).toNanos());
            assertEquals(0, server.metrics().badRequests());
        }
    }

    /** It asks on and on and reads nothing: at last neither side can write, and the server is the one to give up. */
    @Test
    void aClientThatTakesNoAnswersForWriteStallTimeoutMsIsDisconnected() throws Exception {
        try (Server server = start("write.stall.timeout.ms", "200");
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(8_192);
            socket.connect(server.address());
            final ByteBuffer requests = ByteBuffer.allocate(100 * apiVersions().length);
            while (requests.hasRemaining()) {
                requests.put(apiVersions());
            }
            assertTimeoutPreemptively(
                    LIMIT,
                    () -> assertThrows(IOException.class, () -> {
                        while (true) {
                            socket.getOutputStream().write(requests.array());
                        }
                    }));
        }
    }

    /**
     * It takes a few bytes every now and then, far less than makes the system say that there is room in the socket's
     * buffer: a slow reader is not one that reads nothing.
     */
    @Test
    void aClientThatTakesItsAnswersSlowlyStays() throws Exception {
        try (Server server = start("write.stall.timeout.ms", "1000");
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(8_192);
            socket.connect(server.address());
            final CompletableFuture<Void> asking =
                    CompletableFuture.runAsync(() -> assertThrows(IOException.class, () -> {
                        while (true) {
                            socket.getOutputStream().write(apiVersions());
                        }
                    }));
            final InputStream answers = socket.getInputStream();
            final byte[] some = new byte[4_096];
            final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (System.nanoTime() - endNs < 0) {
                assertEquals(some.length, answers.readNBytes(some, 0, some.length), "the server has closed");
                Thread.sleep(20);
            }
            assertFalse(asking.isDone(), "the server has closed");
        }
    }

    /** The budget has room for small frames and for one of the two halves of large ones. */
    @Test
    void aFrameBeyondQueuedMaxRequestBytesWaits() throws Exception {
        try (Server server = start(Map.of(
                        "queued.max.request.bytes", "2097152",
                        "socket.request.max.bytes", "1048576",
                        "admin.listener", "127.0.0.1:0"));
                Socket first = connect(server);
                Socket second = connect(server)) {
            final byte[] half = ByteBuffer.allocate(500_000).putInt(1_000_000).array();
            first.getOutputStream().write(half);
            second.getOutputStream().write(half);
            assertTimeoutPreemptively(LIMIT, () -> {
                while (!scrape(server).contains("\nhighwater_connections_waiting_for_memory 1")) {
                    Thread.onSpinWait();
                }
            });
            try (Socket small = connect(server)) {
                small.getOutputStream().write(apiVersions());
                readFrame(small);
            }
        }
    }

    @Test
    void anEmptyGroupWaitsForMoreMembersForGroupInitialRebalanceDelayMs() throws Exception {
        // The default is 3,000.
        assertTrue(firstJoinMs("0") < 2_500);
        assertTrue(firstJoinMs("700") >= 690);
    }

    private long firstJoinMs(final String delayMs) throws Exception {
        try (Server server = start("group.initial.rebalance.delay.ms", delayMs);
                Socket socket = connect(server)) {
            final long askedNs = System.nanoTime();
            socket.getOutputStream().write(joinGroup("group"));
            readFrame(socket);
            return Duration.ofNanos(System.nanoTime() - askedNs).toMillis();
        }
    }

    private int loopsThatServe(final String shards) throws Exception {
        final Set<Thread> before = loops();
        try (Server server = start("num.shards", shards)) {
            // Connections go to the loops in turn, and a loop has a thread from its first one on.
            for (int i = 0; i < CONNECTIONS; i++) {
                try (Socket socket = connect(server)) {
                    socket.getOutputStream().write(apiVersions());
                    readFrame(socket);
                }
            }
            final Set<Thread> after = loops();
            after.removeAll(before);
            return after.size();
        }
    }

    private static Set<Thread> loops() {
        final Set<Thread> loops = new HashSet<>();
        for (final Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("highwater-shard")) {
                loops.add(thread);
            }
        }
        return loops;
    }

    private Server start(final String key, final String value) throws Exception {
        return start(Map.of(key, value));
    }

    private Server start(final Map<String, String> more) throws Exception {
        final Map<String, String> settings = new HashMap<>(more);
        settings.put("log.dirs", directory.toString());
        settings.put("listeners", "127.0.0.1:0");
        return Server.start(BrokerConfig.of(settings));
    }

    private static Socket connect(final Server server) throws IOException {
        return new Socket(server.address().getAddress(), server.address().getPort());
    }

    private static String scrape(final Server server) throws IOException {
        try (Socket socket = new Socket(
                server.adminAddressOrNull().getAddress(),
                server.adminAddressOrNull().getPort())) {
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void readFrame(final Socket socket) throws IOException {
        final DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[in.readInt()]);
    }

    private static byte[] apiVersions() {
        return frame(API_VERSIONS, ByteBuffer.allocate(0));
    }

    /** Version 0, which asks for no member id first. */
    private static byte[] joinGroup(final String group) {
        final ByteBuffer body = ByteBuffer.allocate(100);
        putText(body, group);
        body.putInt(10_000);
        putText(body, "");
        putText(body, "consumer");
        body.putInt(1);
        putText(body, "range");
        body.putInt(0);
        return frame(JOIN_GROUP, body.flip());
    }

    /** A request of version 0 with correlation id 1 and no client id. */
    private static byte[] frame(final short apiKey, final ByteBuffer body) {
        final int bytes = 10 + body.remaining();
        return ByteBuffer.allocate(4 + bytes)
                .putInt(bytes)
                .putShort(apiKey)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) -1)
                .put(body)
                .array();
    }

    /** An ApiVersions request, padded by its client's name. */
    private static byte[] longApiVersions(final int bytes) {
        return ByteBuffer.allocate(4 + 10 + bytes)
                .putInt(10 + bytes)
                .putShort(API_VERSIONS)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) bytes)
                .array();
    }

    private static void putText(final ByteBuffer target, final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putShort((short) bytes.length).put(bytes);
    }
}
