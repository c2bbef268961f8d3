package io.highwater.protocol.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a peer that reads slowly from one that reads nothing, where the channel's own progress can't: the system takes
 * bytes again only when a third of the socket's buffer is free, which grows to megabytes, so that a slow peer looks
 * silent for minutes. Stateless; called on the channel's event loop.
 */
final class SlowPeer {
    private static final Logger LOG = LoggerFactory.getLogger(SlowPeer.class);

    private SlowPeer() {}

    /** True when the peer has made room for bytes in the last so many milliseconds; false where the system does not tell. */
    static boolean hasTaken(final Channel channel, final long sinceMs) {
        if (!(channel instanceof EpollSocketChannel socket)) {
            return false;
        }
        try {
            final EpollTcpInfo info = socket.tcpInfo();
            // To a peer without room go only probes, which are no data; what is sent to one that is gone is not
            // acknowledged.
            return info.lastDataSent() < sinceMs && info.lastAckRecv() < sinceMs;
        } catch (final ChannelException e) {
            LOG.debug("the system says nothing of {}: {}", socket, e.getMessage());
            return false;
        }
    }
}
