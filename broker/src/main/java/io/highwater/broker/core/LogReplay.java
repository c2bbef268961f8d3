package io.highwater.broker.core;

import io.highwater.protocol.message.Message;
import java.util.List;

/** Gets a core log's content while it is opened, on the opener's thread. */
interface LogReplay {
    /** A piece of the snapshot that was taken at this index; pieces come in order, before any entry. */
    void onSnapshotPiece(long snapshotIndex, List<Message> records);

    /** An entry that is not in the snapshot. */
    void onEntry(long index, List<Message> records);
}
