package io.highwater.broker.metadata;

import java.util.List;
import java.util.UUID;

/**
 * The incarnation of a broker that is in force.
 *
 * @param id the node id.
 * @param incarnation drawn at each start of the process.
 * @param epoch the log index of the registration: rises with each.
 * @param generation how many incarnations the node has had; leader epochs are counted from it.
 * @param rack the rack, or null.
 * @param endpoints where clients reach it.
 */
public record BrokerRegistration(
        int id, UUID incarnation, long epoch, int generation, String rack, List<Endpoint> endpoints) {
    /** Copies the list. */
    public BrokerRegistration {
        endpoints = List.copyOf(endpoints);
    }

    /** The endpoint of a listener, or null when it has none of that name. */
    public Endpoint endpointOrNull(final String listener) {
        for (final Endpoint endpoint : endpoints) {
            if (endpoint.listener().equals(listener)) {
                return endpoint;
            }
        }
        return null;
    }

    /**
     * An advertised address.
     *
     * @param listener the listener's name.
     * @param host as advertised.
     * @param port as advertised.
     * @param securityProtocol Kafka's number of the protocol, 0 is PLAINTEXT.
     */
    public record Endpoint(String listener, String host, int port, short securityProtocol) {}
}
