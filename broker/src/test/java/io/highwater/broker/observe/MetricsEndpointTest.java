package io.highwater.broker.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SystemClock;
import io.highwater.protocol.ApiKey;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_:][a-zA-Z0-9_:]*)(\\{[a-z]+=\"[^\"]*\"(?:,[a-z]+=\"[^\"]*\")*\\})? (\\S+)");

    private final Metrics metrics = new Metrics();
    private final FixedReadings node = new FixedReadings();
    private AdminListener listener;

    @BeforeEach
    void listen() throws IOException {
        final Metrics.Api produce = metrics.api(ApiKey.PRODUCE);
        metrics.api(ApiKey.OFFSET_FETCH);
        listener = AdminListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), metrics, node, SystemClock.INSTANCE);
        metrics.connectionOpened();
        metrics.appended(3, 300);
        produce.received();
        produce.received();
        produce.answered(100_000, 1_000, 50);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @Test
    void aScrapeShowsCountersReadingsAndLatencies() throws IOException {
        node.ready = true;
        final Map<String, Double> samples = scrape();

        assertEquals(1, samples.get("highwater_ready"));
        assertEquals(1, samples.get("highwater_connections"));
        assertEquals(1, samples.get("highwater_requests_total{api=\"Produce\"}"));
        assertEquals(1, samples.get("highwater_requests_in_progress{api=\"Produce\"}"));
        assertEquals(1_000, samples.get("highwater_request_bytes_total{api=\"Produce\"}"));
        assertEquals(50, samples.get("highwater_response_bytes_total{api=\"Produce\"}"));
        assertEquals(0, samples.get("highwater_requests_total{api=\"OffsetFetch\"}"));
        assertEquals(0, samples.get("highwater_request_seconds_bucket{api=\"Produce\",le=\"6.4E-5\"}"));
        assertEquals(1, samples.get("highwater_request_seconds_bucket{api=\"Produce\",le=\"2.56E-4\"}"));
        assertEquals(1, samples.get("highwater_request_seconds_bucket{api=\"Produce\",le=\"+Inf\"}"));
        assertEquals(1, samples.get("highwater_request_seconds_count{api=\"Produce\"}"));
        assertEquals(0.0001, samples.get("highwater_request_seconds_sum{api=\"Produce\"}"), 1e-12);
        assertEquals(300, samples.get("highwater_appended_bytes_total"));
        assertEquals(3, samples.get("highwater_appended_records_total"));
        assertEquals(4_096, samples.get("highwater_frame_in_flight_bytes"));
        assertEquals(7, samples.get("highwater_log_forces_total"));
        assertEquals(10, samples.get("highwater_topic_log_bytes{topic=\"orders\"}"));
        assertEquals(30, samples.get("highwater_log_bytes"));
        assertEquals(3, samples.get("highwater_partitions"));
        assertTrue(samples.get("jvm_heap_used_bytes") > 0);
    }

    @Test
    void theNextScrapeShowsWhatHappenedSince() throws IOException {
        node.ready = true;
        scrape();
        metrics.appended(1, 100);
        node.topics.clear();
        final Map<String, Double> samples = scrape();

        assertEquals(400, samples.get("highwater_appended_bytes_total"));
        assertNull(samples.get("highwater_topic_log_bytes{topic=\"orders\"}"));
        assertEquals(0, samples.get("highwater_log_bytes"));
    }

    @Test
    void anApiWiredAfterAnEarlyScrapeIsShownOnceTheNodeIsReady() throws IOException {
        assertNull(scrape().get("highwater_requests_total{api=\"Fetch\"}"));
        metrics.api(ApiKey.FETCH);
        node.ready = true;

        assertEquals(0, scrape().get("highwater_requests_total{api=\"Fetch\"}"));
    }

    @Test
    void anAbandonedRequestIsNoLongerInProgress() throws IOException {
        metrics.api(ApiKey.PRODUCE).abandoned();

        assertEquals(0, scrape().get("highwater_requests_in_progress{api=\"Produce\"}"));
    }

    @Test
    void healthFollowsTheNode() throws IOException {
        assertTrue(get("/healthz").startsWith("HTTP/1.1 503 "));
        node.ready = true;
        assertTrue(get("/healthz").startsWith("HTTP/1.1 200 "));
        node.ready = false;
        assertTrue(get("/healthz").startsWith("HTTP/1.1 503 "));
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws IOException {
        assertTrue(get("/").startsWith("HTTP/1.1 404 "));
        assertTrue(get("/metrics/").startsWith("HTTP/1.1 404 "));
        final String posted = send("POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
        assertTrue(posted.startsWith("HTTP/1.1 405 "), posted);
        assertTrue(posted.contains("\r\nAllow: GET, HEAD\r\n"), posted);
        assertTrue(get("/healthz?verbose").startsWith("HTTP/1.1 503 "));
    }

    @Test
    void headHasNoBody() throws IOException {
        final String answer = send("HEAD /healthz HTTP/1.0\n\n");
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
    }

    @Test
    void whatIsNoRequestGetsAnErrorAndTheNextOneIsServed() throws IOException {
        assertTrue(send("\u0000\u0001\u0002\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(send("GET /metrics\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(send("GET http://x/metrics HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(send("GET /metrics HTTP/2.0\r\n\r\n").startsWith("HTTP/1.1 505 "));
        assertTrue(send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 431 "));
        assertTrue(get("/healthz").startsWith("HTTP/1.1 503 "));
    }

    @Test
    void aHalfRequestThatEndsGetsAnErrorAndNoRequestGetsNothing() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            assertTrue(read(socket).startsWith("HTTP/1.1 400 "));
        }
        try (Socket socket = connect()) {
            socket.shutdownOutput();
            assertEquals("", read(socket));
        }
    }

    @Test
    void connectionsBeyondTheLimitAreClosedUnanswered() throws IOException {
        final List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < AdminListener.CONNECTIONS_MAX; i++) {
                silent.add(connect());
            }
            try (Socket socket = connect()) {
                assertEquals(-1, socket.getInputStream().read());
            }
        } finally {
            for (final Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void closingEndsOpenConnectionsAndFreesTheAddress() throws IOException {
        try (Socket open = connect()) {
            get("/healthz");
            listener.close();
            assertEquals(-1, open.getInputStream().read());
        }
        assertThrows(IOException.class, this::connect);
    }

    @Test
    void anAddressInUseIsAnError() {
        assertThrows(
                BindException.class, () -> AdminListener.open(listener.address(), metrics, node, SystemClock.INSTANCE));
    }

    private Map<String, Double> scrape() throws IOException {
        final String answer = get("/metrics");
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertTrue(answer.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), answer);
        final String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertTrue(
                answer.contains("\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n"),
                answer);
        final Map<String, Double> samples = new TreeMap<>();
        for (final String line : body.split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                continue;
            }
            final Matcher sample = SAMPLE.matcher(line);
            assertTrue(sample.matches(), line);
            final String name = sample.group(1) + (sample.group(2) == null ? "" : sample.group(2));
            final Double before = samples.put(name, Double.parseDouble(sample.group(3)));
            assertNull(before, name);
        }
        assertFalse(samples.isEmpty());
        return samples;
    }

    private String get(final String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: node\r\n\r\n");
    }

    private String send(final String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket);
        }
    }

    private static String read(final Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Socket connect() throws IOException {
        final Socket socket =
                new Socket(listener.address().getAddress(), listener.address().getPort());
        socket.setSoTimeout(5_000);
        return socket;
    }
}
