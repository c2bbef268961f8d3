package io.highwater.log;

/**
 * What a topic's configuration says about its logs. Immutable.
 *
 * @param segmentBytes a segment is closed before it would grow past this
 * @param segmentMs a segment is closed when its records span more than this
 * @param indexIntervalBytes bytes of log between two index entries
 * @param maxMessageBytes largest batch
 * @param flushPolicy when appends are forced
 * @param flushMs time between forces under {@link FlushPolicy#INTERVAL}
 * @param logAppendTime true when the broker's clock, not the producer's, stamps records
 * @param timestampBeforeMaxMs how far a producer's time may lie behind the broker's clock
 * @param timestampAfterMaxMs how far it may lie ahead
 * @param recordBytesMax what one compressed record may take once decompressed
 * @param retentionMs age at which a whole segment may go, -1 for never
 * @param retentionBytes bytes above which the oldest segments may go, -1 for never
 * @param producerIdExpirationMs how long an idle producer is remembered
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        int indexIntervalBytes,
        int maxMessageBytes,
        FlushPolicy flushPolicy,
        long flushMs,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        int recordBytesMax,
        long retentionMs,
        long retentionBytes,
        long producerIdExpirationMs) {
    /** The defaults of the ecosystem, and the flush policy that loses nothing. */
    public static final LogConfig DEFAULT = new LogConfig(
            1 << 30,
            7L * 24 * 3600 * 1000,
            4096,
            1_048_588,
            FlushPolicy.COMMIT,
            1000,
            false,
            Long.MAX_VALUE,
            3_600_000,
            Integer.MAX_VALUE,
            7L * 24 * 3600 * 1000,
            -1,
            24L * 3600 * 1000);

    /** The same with another size bound of a segment. */
    public LogConfig withSegmentBytes(final int bytes) {
        return new LogConfig(
                bytes,
                segmentMs,
                indexIntervalBytes,
                maxMessageBytes,
                flushPolicy,
                flushMs,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                recordBytesMax,
                retentionMs,
                retentionBytes,
                producerIdExpirationMs);
    }

    /** The same with other bounds of what is kept. */
    public LogConfig withRetention(final long ms, final long bytes) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxMessageBytes,
                flushPolicy,
                flushMs,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                recordBytesMax,
                ms,
                bytes,
                producerIdExpirationMs);
    }

    /** The same with another time bound of a segment. */
    public LogConfig withSegmentMs(final long ms) {
        return new LogConfig(
                segmentBytes,
                ms,
                indexIntervalBytes,
                maxMessageBytes,
                flushPolicy,
                flushMs,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                recordBytesMax,
                retentionMs,
                retentionBytes,
                producerIdExpirationMs);
    }

    /** The same with another density of the indexes. */
    public LogConfig withIndexIntervalBytes(final int bytes) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                bytes,
                maxMessageBytes,
                flushPolicy,
                flushMs,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                recordBytesMax,
                retentionMs,
                retentionBytes,
                producerIdExpirationMs);
    }

    /** The same under another flush policy. */
    public LogConfig withFlush(final FlushPolicy policy, final long ms) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                maxMessageBytes,
                policy,
                ms,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                recordBytesMax,
                retentionMs,
                retentionBytes,
                producerIdExpirationMs);
    }

    /** The same with another largest batch, and with other rules for what a producer's records may say. */
    public LogConfig withRecordRules(
            final int batchBytesMax,
            final boolean appendTime,
            final long beforeMaxMs,
            final long afterMaxMs,
            final int recordMax) {
        return new LogConfig(
                segmentBytes,
                segmentMs,
                indexIntervalBytes,
                batchBytesMax,
                flushPolicy,
                flushMs,
                appendTime,
                beforeMaxMs,
                afterMaxMs,
                recordMax,
                retentionMs,
                retentionBytes,
                producerIdExpirationMs);
    }
}
