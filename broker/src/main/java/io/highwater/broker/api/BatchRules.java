package io.highwater.broker.api;

import io.highwater.log.LogConfig;
import io.highwater.protocol.ErrorCode;
import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.TimestampType;
import java.nio.ByteBuffer;

/** Which batches a producer may send. Pure functions of bytes, configuration and time; safe for any thread. */
final class BatchRules {
    private static final short FIRST_VERSION_WITH_ZSTD = 7;

    /** How far ahead of our clock a record's time may lie: the ecosystem's default. */
    private static final long AHEAD_MS_MAX = 3_600_000;

    private BatchRules() {}

    /** What the bytes alone say: one whole, correct batch of the current format. */
    static BatchProblem problem(final ByteBuffer records) {
        return records == null ? BatchProblem.EMPTY : BatchValidation.checkProduced(records);
    }

    /** The error of a problem. */
    static ErrorCode errorOf(final BatchProblem problem) {
        return switch (problem) {
            case NONE -> ErrorCode.NONE;
            case TRUNCATED, BAD_LENGTH, BAD_CRC -> ErrorCode.CORRUPT_MESSAGE;
            case UNKNOWN_CODEC -> ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
            default -> ErrorCode.INVALID_RECORD;
        };
    }

    /** What the header of a correct batch may not say. */
    static ErrorCode checkHeader(final ByteBuffer batch, final short apiVersion) {
        final int position = batch.position();
        if (RecordBatch.codec(batch, position) == Compression.ZSTD && apiVersion < FIRST_VERSION_WITH_ZSTD) {
            return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
        }
        if (RecordBatch.baseOffset(batch, position) != 0 || RecordBatch.isControl(batch, position)) {
            return ErrorCode.INVALID_RECORD;
        }
        if (RecordBatch.isTransactional(batch, position)) {
            return ErrorCode.INVALID_TXN_STATE;
        }
        return ErrorCode.NONE;
    }

    /** What the topic's configuration does not allow. */
    static ErrorCode checkTopic(final ByteBuffer batch, final LogConfig config, final long nowMs) {
        if (batch.remaining() > config.maxMessageBytes()) {
            return ErrorCode.MESSAGE_TOO_LARGE;
        }
        if (batch.remaining() > config.segmentBytes()) {
            return ErrorCode.RECORD_LIST_TOO_LARGE;
        }
        final boolean claimsAppendTime =
                RecordBatch.timestampType(batch, batch.position()) != TimestampType.CREATE_TIME;
        final boolean isAhead =
                !config.logAppendTime() && RecordBatch.maxTimestamp(batch, batch.position()) > nowMs + AHEAD_MS_MAX;
        if (claimsAppendTime || isAhead) {
            return ErrorCode.INVALID_TIMESTAMP;
        }
        return ErrorCode.NONE;
    }
}
