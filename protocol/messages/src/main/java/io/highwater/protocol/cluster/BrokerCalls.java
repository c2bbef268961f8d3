package io.highwater.protocol.cluster;

import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataResponse;
import java.util.List;

/**
 * Requests to the brokers of a cluster, by node id. Requests to one broker are sent and answered in the order of the calls;
 * connections are made when needed. Nothing is retried here.
 *
 * <p>Confined to {@link #shard()}: calls are made there and answers come there, never inside the call that asked.
 */
public interface BrokerCalls extends AutoCloseable {
    /** Where everything runs. */
    Shard shard();

    /**
     * Asks the broker of this id, whose address must have come by {@link #learn}; an unknown id fails with
     * BROKER_NOT_AVAILABLE. A Produce request with acks=0 is answered with null once it is sent.
     */
    <R extends Message> void send(int nodeId, Message request, long timeoutMs, Answer<R> answer);

    /** Asks whichever broker can be reached, the bootstrap addresses included. */
    <R extends Message> void sendToAny(Message request, long timeoutMs, Answer<R> answer);

    /** The brokers as the newest metadata tells them. */
    void learn(List<MetadataResponse.MetadataResponseBroker> brokers);

    /** Fails what is pending and closes all connections. */
    @Override
    void close();

    /**
     * One of the two is called, once.
     *
     * @param <R> the response's class
     */
    interface Answer<R extends Message> {
        /** The response; memory that its fields refer to is the caller's for the length of this call only. */
        void onResponse(R response);

        /**
         * No response: NETWORK_EXCEPTION or REQUEST_TIMED_OUT (the broker may have acted), BROKER_NOT_AVAILABLE (it has
         * not), UNSUPPORTED_VERSION.
         */
        void onFailure(ErrorCode error, String reason);
    }
}
