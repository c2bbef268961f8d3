package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.core.FatalListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin address of a server in this process. */
class AdminServerTest {
    @TempDir
    private Path data;

    @Test
    void aReadyServerIsHealthyAndShowsItsMetricsUntilItIsClosed() throws Exception {
        final InetSocketAddress admin;
        try (Server server = Server.start(config("127.0.0.1:0"))) {
            admin = server.adminAddressOrNull();
            assertTrue(get(admin, "/healthz").startsWith("HTTP/1.1 200 "));
            try (Socket client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                // A frame longer than any request: the server hangs up, and has seen us before.
                client.getOutputStream().write(new byte[] {127, -1, -1, -1});
                assertEquals(-1, client.getInputStream().read());
            }
            final String page = get(admin, "/metrics");
            assertTrue(page.contains("\nhighwater_ready 1"), page);
            assertTrue(page.contains("\nhighwater_connections_opened_total 1"), page);
            assertTrue(page.contains("\nhighwater_requests_total{api=\"Produce\"} 0"), page);
            assertTrue(page.contains("\nhighwater_frame_max_bytes 1.34217728E8"), page);
        }
        assertThrows(ConnectException.class, () -> get(admin, "/healthz"));
    }

    @Test
    void aServerWhoseCoreFailsIsUnhealthyAndClosesItself() throws Exception {
        final AtomicReference<FatalListener> core = new AtomicReference<>();
        final Server server = Server.start(config("127.0.0.1:0"), (config, ports, directory, history, fatal) -> {
            core.set(fatal);
            return CoreBinding.open(config, ports, directory, history, fatal);
        });
        assertFalse(server.hasFailed());

        core.get().onCoreFailed(CoreGroup.META, new IOException("a planted fault"));

        assertTrue(server.hasFailed());
        assertFalse(server.node().isReady());
        server.awaitShutdown();
        server.close();
        Server.start(config("")).close();
    }

    @Test
    void withoutTheKeyNothingListens() throws Exception {
        try (Server server = Server.start(config(""))) {
            assertNull(server.adminAddressOrNull());
        }
    }

    @Test
    void anAddressInUseIsOneLineAndLeavesTheDirectoryFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final String address = "127.0.0.1:" + taken.getLocalPort();
            final StartException failure = assertThrows(StartException.class, () -> Server.start(config(address)));
            assertTrue(
                    failure.getMessage().startsWith("admin.listener=" + address + " can't be listened on: "),
                    failure.getMessage());
        }
        Server.start(config("")).close();
    }

    private BrokerConfig config(final String admin) throws ConfigException {
        final Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", data.toString());
        settings.put("listeners", "127.0.0.1:0");
        settings.put("advertised.listeners", "127.0.0.1:9092");
        settings.put("admin.listener", admin);
        return BrokerConfig.of(settings);
    }

    private static String get(final InetSocketAddress address, final String path) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
