package io.highwater.broker.api;

import io.highwater.broker.metadata.BrokerRegistration;

/** Under which address a client is told a broker: that of the listener it asked, for the broker that answers. */
final class BrokerAddress {
    private static final String LISTENER = "PLAINTEXT";

    private BrokerAddress() {}

    static BrokerRegistration.Endpoint of(
            final BrokerRegistration broker, final int ownId, final RequestContext context) {
        final BrokerRegistration.Endpoint endpoint = broker.endpointOrNull(LISTENER);
        return broker.id() == ownId || endpoint == null
                ? new BrokerRegistration.Endpoint(
                        LISTENER, context.advertisedHost(), context.advertisedPort(), (short) 0)
                : endpoint;
    }
}
