package io.highwater.broker.metadata;

import io.highwater.protocol.message.Message;
import java.util.List;

/**
 * What a handler decided: records that become one log entry, all or none, and the answer once they are durable.
 *
 * @param records in order; empty when nothing changes.
 * @param response for the proposer.
 * @param <R> the response's type.
 */
public record Decision<R extends Message>(List<Message> records, R response) {
    /** Copies the list. */
    public Decision {
        records = List.copyOf(records);
    }
}
