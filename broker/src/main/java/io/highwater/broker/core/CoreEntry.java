package io.highwater.broker.core;

import io.highwater.protocol.message.Message;
import java.util.List;

/** The records that became part of a group's state together. {@code records} is in order. */
record CoreEntry(long index, List<Message> records) {}
