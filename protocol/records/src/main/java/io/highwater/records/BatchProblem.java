package io.highwater.records;

/** What is wrong with bytes that should be a record batch. */
public enum BatchProblem {
    /** Nothing. */
    NONE("valid"),
    /** No bytes at all. */
    EMPTY("no batch"),
    /** Fewer bytes than the batch says it has. */
    TRUNCATED("fewer bytes than the length field says"),
    /** A length that no batch can have. */
    BAD_LENGTH("length field below a header's size or beyond an int"),
    /** A format older or newer than v2. */
    BAD_MAGIC("magic is not 2"),
    /** The bytes are not those the producer summed. */
    BAD_CRC("CRC-32C does not match"),
    /** Codec bits that name no codec. */
    UNKNOWN_CODEC("unknown compression codec"),
    /** Record count and last offset delta don't fit each other, or the records present. */
    BAD_COUNT("record count is not positive, not last offset delta + 1, or not that of the records"),
    /** Producer id, epoch and sequence must be all there or all absent. */
    BAD_PRODUCER("producer id without epoch or sequence"),
    /** A record whose fields don't lie inside it, or offset deltas that are not 0, 1, 2 and so on. */
    BAD_RECORD("a record's fields do not fit its length or its place"),
    /** More bytes after the batch where exactly one is asked for. */
    MORE_THAN_ONE_BATCH("bytes after the first batch"),
    /** The codec refuses the compressed stream. */
    BAD_COMPRESSION("compressed records can't be read"),
    /** The records would take more memory than the reader allows. */
    DECOMPRESSED_TOO_LARGE("decompressed records exceed the limit"),
    /** One compressed record would. */
    RECORD_TOO_LARGE("a decompressed record exceeds the limit");

    private final String text;

    BatchProblem(final String text) {
        this.text = text;
    }

    /** For error messages. */
    public String text() {
        return text;
    }
}
