package io.highwater.broker.core;

import io.highwater.protocol.message.Message;

/** Says which records of a keyed group replace each other. Pure, so safe for any thread. */
public interface RecordKeys {
    /** The key; records of equal keys replace each other. Never null. */
    String keyOf(Message record);

    /** What the record takes on the heap with its key, as reckoned: bytes. */
    long heldBytes(Message record);

    /** True when the record removes its key. */
    boolean isTombstone(Message record);
}
