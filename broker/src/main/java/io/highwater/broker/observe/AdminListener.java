package io.highwater.broker.observe;

import io.highwater.port.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin address: HTTP/1.1 for {@link AdminPages}, one request per connection. Bounded in every direction: at most
 * {@value #CONNECTIONS_MAX} connections at a time, more are closed unanswered; a connection that is not done after
 * {@value #CONNECTION_MS_MAX} ms, whatever it waits for, is closed.
 *
 * <p>Written over plain sockets because the JDK's server bounds neither connections nor slow readers but by system
 * properties of the whole process. One thread accepts and looks after the ages; the answering threads go when idle. Public
 * methods are safe for any thread.
 */
public final class AdminListener implements AutoCloseable {
    static final int CONNECTIONS_MAX = 8;
    static final int CONNECTION_MS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(AdminListener.class);
    private static final int BACKLOG = 16;
    private static final int AGE_CHECK_MS = 1_000;
    private static final int THREAD_IDLE_S = 10;
    private static final int ACCEPT_RETRY_MS = 100;
    private static final int CLOSE_MS_MAX = 1_000;

    /** Open connections and when, in the clock's monotonic milliseconds, each is closed at the latest. */
    private final Map<Socket, Long> open = new ConcurrentHashMap<>();

    private volatile boolean isClosed;

    private final ServerSocket server;
    private final AdminPages pages;
    private final Clock clock;
    private final ThreadPoolExecutor answering;
    private final Thread accepting;

    private AdminListener(final ServerSocket server, final AdminPages pages, final Clock clock) {
        this.server = server;
        this.pages = pages;
        this.clock = clock;
        this.answering = new ThreadPoolExecutor(
                0, CONNECTIONS_MAX, THREAD_IDLE_S, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    final Thread thread = new Thread(task, "highwater-admin-answer");
                    thread.setDaemon(true);
                    return thread;
                });
        this.accepting = new Thread(this::acceptAll, "highwater-admin");
        accepting.setDaemon(true);
    }

    /** Listens from now on, whether the node is ready or not. */
    public static AdminListener open(
            final InetSocketAddress address, final Metrics metrics, final NodeReadings node, final Clock clock)
            throws IOException {
        final ServerSocket server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(address, BACKLOG);
        } catch (final IOException e) {
            server.close();
            throw e;
        }
        final AdminListener listener = new AdminListener(server, new AdminPages(metrics, node), clock);
        listener.accepting.start();
        return listener;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Stops listening and closes what is open. */
    @Override
    public void close() {
        isClosed = true;
        try {
            server.close();
        } catch (final IOException e) {
            LOG.warn("the admin address was not closed cleanly: {}", e.getMessage());
        }
        open.keySet().forEach(AdminListener::closeSocket);
        answering.shutdown();
        awaitAccepting();
    }

    /** The system frees the address when the last accept has returned, a moment after the close. */
    private void awaitAccepting() {
        if (Thread.currentThread() == accepting) {
            return;
        }
        try {
            accepting.join(CLOSE_MS_MAX);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptAll() {
        while (!isClosed) {
            try {
                // Woken for ages only while there is something that ages.
                server.setSoTimeout(open.isEmpty() ? 0 : AGE_CHECK_MS);
                take(server.accept());
            } catch (final SocketTimeoutException e) {
                LOG.trace("no new admin connection", e);
            } catch (final IOException e) {
                onAcceptFailed(e);
            }
            closeOverdue();
        }
    }

    private void take(final Socket socket) {
        open.put(socket, clock.monotonicMs() + CONNECTION_MS_MAX);
        try {
            answering.execute(() -> answer(socket));
        } catch (final RejectedExecutionException e) {
            LOG.debug("too many admin connections, closing that of {}", socket.getRemoteSocketAddress(), e);
            end(socket);
        }
        if (isClosed) {
            end(socket);
        }
    }

    private void answer(final Socket socket) {
        try {
            HttpExchange.answer(socket, pages);
        } catch (final IOException e) {
            LOG.debug("admin connection of {} ended: {}", socket.getRemoteSocketAddress(), e.getMessage());
        } catch (final RuntimeException e) {
            LOG.error("an admin request met a fault", e);
        } finally {
            end(socket);
        }
    }

    private void onAcceptFailed(final IOException cause) {
        if (isClosed) {
            return;
        }
        // No file descriptors left, for example: goes by, but must not spin.
        LOG.warn("the admin address can't accept: {}", cause.getMessage());
        try {
            Thread.sleep(ACCEPT_RETRY_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private void closeOverdue() {
        final long nowMs = clock.monotonicMs();
        open.forEach((socket, deadlineMs) -> {
            if (nowMs >= deadlineMs) {
                end(socket);
            }
        });
    }

    private void end(final Socket socket) {
        open.remove(socket);
        closeSocket(socket);
    }

    private static void closeSocket(final Socket socket) {
        try {
            socket.close();
        } catch (final IOException e) {
            LOG.debug("an admin connection was not closed cleanly", e);
        }
    }
}
