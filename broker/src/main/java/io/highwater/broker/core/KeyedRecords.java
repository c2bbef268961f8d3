package io.highwater.broker.core;

import io.highwater.broker.metadata.PersistentMap;
import io.highwater.protocol.message.Message;

/**
 * The image of a group whose records replace each other by key: the newest record of every key that is not deleted.
 * Whoever replays {@link #latest()} in its order and then watches has seen everything.
 *
 * <p>Immutable, so safe for any thread; its messages must not be changed by anyone.
 *
 * @param version the index of the last log entry in it, 0 before the first.
 * @param latest the newest record by key, in the keys' order.
 * @param heldBytes what they take on the heap, as {@link RecordKeys} reckons it.
 */
public record KeyedRecords(long version, PersistentMap<String, Message> latest, long heldBytes) {
    /** Before the first record. */
    public static final KeyedRecords EMPTY = new KeyedRecords(0, PersistentMap.empty(), 0);
}
