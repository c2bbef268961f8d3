package io.highwater.protocol.transport;

import java.net.InetSocketAddress;

/** An address where connections are accepted. Safe for any thread. */
public interface Listener extends AutoCloseable {
    /** The bound address: the real port when 0 was asked for. */
    InetSocketAddress address();

    /** Accepts no more connections; those accepted stay open. Further calls do nothing. */
    @Override
    void close();
}
