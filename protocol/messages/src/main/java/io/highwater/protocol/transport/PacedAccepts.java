package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one listener accept at its pace: while it pauses, connections wait in the operating system's backlog, and those
 * that are accepted are served as ever, since nothing waits on their loop.
 *
 * <p>Confined to the event loop of the listener's channel.
 */
final class PacedAccepts extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(PacedAccepts.class);

    private final AcceptPace pace;
    private final Clock clock;
    private final RareLine pauses;

    PacedAccepts(final AcceptPace pace, final Clock clock) {
        this.pace = pace;
        this.clock = clock;
        this.pauses = new RareLine(clock);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The end of a pause comes, unless the loop ends before.
    public void channelRead(final ChannelHandlerContext context, final Object accepted) {
        context.fireChannelRead(accepted);
        final long pauseNs = pace.pauseNsAfterOne(clock.monotonicNs());
        final Channel listener = context.channel();
        // A channel that pauses may hand over a few that it has accepted already: the next pause is longer for them.
        if (pauseNs == 0 || !listener.config().isAutoRead()) {
            return;
        }
        final long times = pauses.cameAgain();
        if (times > 0) {
            LOG.info(
                    "{} accepts at its greatest pace, more connections wait ({} pauses)",
                    listener.localAddress(),
                    times);
        }
        listener.config().setAutoRead(false);
        context.executor().schedule(() -> resume(listener), pauseNs, TimeUnit.NANOSECONDS);
    }

    private static void resume(final Channel listener) {
        if (listener.isOpen()) {
            listener.config().setAutoRead(true);
        }
    }
}
