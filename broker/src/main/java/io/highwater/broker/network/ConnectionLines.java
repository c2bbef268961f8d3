package io.highwater.broker.network;

import io.highwater.port.Clock;
import io.highwater.protocol.transport.RareLine;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log is told of connections that are closed. Clients can bring each of these lines about as often as they like, so
 * each kind has one line in a while, of the last connection with the number of the others.
 *
 * <p>Safe for any thread because each line is.
 */
final class ConnectionLines {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLines.class);

    private final RareLine brokenFrames;
    private final RareLine badRequests;
    private final RareLine closings;
    private final RareLine faults;

    ConnectionLines(final Clock clock) {
        this.brokenFrames = new RareLine(clock);
        this.badRequests = new RareLine(clock);
        this.closings = new RareLine(clock);
        this.faults = new RareLine(clock);
    }

    /** What came was no frame, or came too slowly. */
    void brokenFrame(final InetSocketAddress client, final String reason) {
        closedForWhatItSent(brokenFrames, client, reason);
    }

    /** What came was a frame, but no request that is served. */
    void badRequest(final InetSocketAddress client, final String reason) {
        closedForWhatItSent(badRequests, client, reason);
    }

    private static void closedForWhatItSent(final RareLine line, final InetSocketAddress client, final String reason) {
        final long times = line.cameAgain();
        if (times > 0) {
            LOG.warn("closing the connection of {}{} for what it sent: {}", client, others(times), reason);
        }
    }

    /** A handler asked for it, or there was a fault of ours. */
    void closed(final InetSocketAddress client, final String software, final String reason) {
        final long times = closings.cameAgain();
        if (times > 0) {
            LOG.info("closing the connection of {} ({}){}: {}", client, software, others(times), reason);
        }
    }

    /** A fault of ours in what a client asked for. */
    void fault(final String request, final InetSocketAddress client, final Throwable fault) {
        final long times = faults.cameAgain();
        if (times > 0) {
            LOG.error("{} of {}{} met a fault, closing the connection", request, client, others(times), fault);
        }
    }

    private static String others(final long times) {
        return times == 1 ? "" : " (and of " + (times - 1) + " more before it)";
    }
}
