package io.highwater.tools;

import com.beust.jcommander.Parameter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The flags of every command that talks to a cluster, and how it waits. Confined to the main thread. */
abstract class ClusterFlags extends HelpFlag {
    private static final int PORT_MAX = 65_535;

    @Parameter(
            names = {"--bootstrap", "-b"},
            description = "HOST:PORT of some brokers, with commas between them.")
    private String bootstrap = "127.0.0.1:9092";

    @Parameter(names = "--timeout-ms", description = "How long to try.")
    private long timeoutMs = 15_000;

    final long timeoutMs() {
        if (timeoutMs < 1) {
            throw new UsageException("--timeout-ms must be at least 1, got " + timeoutMs);
        }
        return timeoutMs;
    }

    final List<InetSocketAddress> bootstrap() {
        final List<InetSocketAddress> addresses = new ArrayList<>();
        for (final String address : bootstrap.split(",", -1)) {
            final int colon = address.lastIndexOf(':');
            final int port = colon < 1 ? -1 : port(address.substring(colon + 1));
            if (port < 0) {
                throw new UsageException("--bootstrap takes HOST:PORT[,HOST:PORT...], got '" + bootstrap + "'");
            }
            addresses.add(InetSocketAddress.createUnresolved(address.substring(0, colon), port));
        }
        return addresses;
    }

    private static int port(final String text) {
        try {
            final int port = Integer.parseInt(text);
            return port > 0 && port <= PORT_MAX ? port : -1;
        } catch (final NumberFormatException e) {
            return -1;
        }
    }

    /** Waits for the result; what went wrong becomes the one line that is printed. */
    final <T> T await(final CompletableFuture<T> future, final String what) {
        try {
            // The libraries keep the time; this is the bound should they not.
            return future.get(timeoutMs() + 5_000, TimeUnit.MILLISECONDS);
        } catch (final ExecutionException e) {
            throw new FailedException(what + ": " + e.getCause().getMessage());
        } catch (final TimeoutException e) {
            throw new FailedException(what + ": no answer within " + timeoutMs() + " ms from " + bootstrap);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException(what + ": interrupted");
        }
    }
}
