package io.highwater.broker.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries that are written and forced together.
 *
 * <p>Confined to the shard while it is gathered; afterwards only read.
 *
 * @param <S> the group's state.
 */
final class EntryBatch<S> {
    private static final int BYTES_AT_FIRST = 512;

    private final long salt;
    private final long firstIndex;
    private final ByteBuf bytes = Unpooled.buffer(BYTES_AT_FIRST);
    private final List<Decided<S>> entries = new ArrayList<>();

    /** An entry, and the state that it makes. */
    record Decided<S>(CoreEntry entry, S state) {}

    EntryBatch(final long salt, final long firstIndex) {
        this.salt = salt;
        this.firstIndex = firstIndex;
    }

    long firstIndex() {
        return firstIndex;
    }

    /** The entries' bytes, from the reader index to the writer index. */
    ByteBuf bytes() {
        return bytes;
    }

    List<Decided<S>> entries() {
        return entries;
    }

    /** Adds the entry, or throws and is as before. */
    void add(final RecordTypes types, final CoreEntry entry, final S state) {
        final int before = bytes.writerIndex();
        boolean written = false;
        try {
            CoreEntryCodec.write(types, bytes, salt, entry.index(), firstIndex, entry.records());
            written = true;
        } finally {
            if (!written) {
                bytes.writerIndex(before);
            }
        }
        entries.add(new Decided<>(entry, state));
    }
}
