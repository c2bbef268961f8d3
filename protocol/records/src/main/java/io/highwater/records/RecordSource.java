package io.highwater.records;

import java.nio.ByteBuffer;

/** Where a {@link RecordCursor} gets the bytes of one record after the other. */
interface RecordSource extends AutoCloseable {
    /** Goes to the next record's bytes; false when no whole record follows. */
    boolean next();

    /** True when nothing follows the current record. */
    boolean isAtEnd();

    /** Holds the current record between {@link #start} and {@link #end}. */
    ByteBuffer buffer();

    int start();

    int end();

    @Override
    void close();
}
