package io.highwater.broker.api;

import io.highwater.log.LogConfig;
import io.highwater.protocol.ErrorCode;
import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordCheck;
import io.highwater.records.TimestampType;
import java.nio.ByteBuffer;

/**
 * Which batches a producer may send, in three steps: {@link #refusalOfHeader} by the bytes and the header, before a
 * partition is asked; {@link #refusalOfSize} by the topic's configuration, before anything is decompressed; and
 * {@link #refusalOfRecords} by what a {@link RecordCheck} found, whose bounds are given here. Nothing is allocated for a
 * batch that is taken.
 *
 * <p>No state; safe for any thread as long as the batch is the caller's alone.
 */
final class BatchRules {
    private static final short FIRST_VERSION_WITH_ZSTD = 7;

    /** Where batches may be large themselves: what their records may take once decompressed, per byte of the largest. */
    private static final long UNPACKED_PER_BATCH_BYTE = 8;

    private BatchRules() {}

    /** Null when the bytes are one whole batch of the current format whose header says nothing that is not allowed. */
    static BatchRefusal refusalOfHeader(final ByteBuffer records, final short apiVersion) {
        final BatchProblem problem =
                records == null ? BatchProblem.EMPTY : BatchValidation.checkProducedHeader(records);
        if (problem != BatchProblem.NONE) {
            return BatchRefusal.of(errorOf(problem), problem.text());
        }
        final int position = records.position();
        if (RecordBatch.codec(records, position) == Compression.ZSTD && apiVersion < FIRST_VERSION_WITH_ZSTD) {
            return BatchRefusal.of(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs Produce version " + FIRST_VERSION_WITH_ZSTD);
        }
        if (RecordBatch.baseOffset(records, position) != 0) {
            return BatchRefusal.of(ErrorCode.INVALID_RECORD, "the base offset of a produced batch must be 0");
        }
        if (RecordBatch.isControl(records, position)) {
            return BatchRefusal.of(ErrorCode.INVALID_RECORD, "a client may not write control records");
        }
        return RecordBatch.isTransactional(records, position) ? BatchRefusal.of(ErrorCode.INVALID_TXN_STATE) : null;
    }

    /** Null when the records of the batch, whose header was found good, may be looked at. */
    static BatchRefusal refusalOfSize(final ByteBuffer batch, final LogConfig config) {
        final int position = batch.position();
        if (batch.remaining() > config.maxMessageBytes()) {
            return BatchRefusal.of(ErrorCode.MESSAGE_TOO_LARGE);
        }
        if (batch.remaining() > config.segmentBytes()) {
            return BatchRefusal.of(ErrorCode.RECORD_LIST_TOO_LARGE);
        }
        return RecordBatch.timestampType(batch, position) == TimestampType.CREATE_TIME
                ? null
                : BatchRefusal.of(ErrorCode.INVALID_TIMESTAMP, "only the broker may stamp a batch");
    }

    /**
     * Null when the topic takes the batch, whose records were checked to their end. Then the header's largest timestamp is
     * the true one: it is set, and the CRC renewed, where the producer had it wrong.
     */
    static BatchRefusal refusalOfRecords(
            final ByteBuffer batch, final RecordCheck check, final LogConfig config, final long nowMs) {
        final int position = batch.position();
        if (check.problem() != BatchProblem.NONE) {
            return refusalOfProblem(check, RecordBatch.recordCount(batch, position), config);
        }
        // Otherwise the log stamps the batch, and nothing that the producer says of time is kept.
        if (!config.logAppendTime()) {
            final BatchRefusal refusal = refusalOfTimes(check, config, nowMs);
            if (refusal != null) {
                return refusal;
            }
            if (RecordBatch.maxTimestamp(batch, position) != check.maxTimestamp()) {
                RecordBatch.setMaxTimestamp(batch, position, check.maxTimestamp());
            }
        }
        return null;
    }

    /** What the records of a batch may take once decompressed. */
    static long unpackedBytesMax(final LogConfig config) {
        return Math.max(RecordCheck.UNPACKED_BYTES_MAX, UNPACKED_PER_BATCH_BYTE * config.maxMessageBytes());
    }

    private static BatchRefusal refusalOfProblem(final RecordCheck check, final int count, final LogConfig config) {
        final BatchProblem problem = check.problem();
        if (problem == BatchProblem.DECOMPRESSED_TOO_LARGE) {
            return BatchRefusal.of(
                    errorOf(problem),
                    "the records take more than " + unpackedBytesMax(config) + " bytes once decompressed");
        }
        final String text = problem == BatchProblem.RECORD_TOO_LARGE
                ? "the record takes more than " + config.recordBytesMax() + " bytes once decompressed"
                : problem.text();
        return check.recordIndex() < count
                ? BatchRefusal.ofRecord(errorOf(problem), text, check.recordIndex(), text)
                : BatchRefusal.of(errorOf(problem), text);
    }

    private static BatchRefusal refusalOfTimes(final RecordCheck check, final LogConfig config, final long nowMs) {
        if (check.maxTimestamp() - nowMs > config.timestampAfterMaxMs()) {
            return outOfTime(check.maxTimestampIndex(), check.maxTimestamp(), config, nowMs);
        }
        // Written so that neither the largest bound nor the smallest time overflows.
        if (config.timestampBeforeMaxMs() < Long.MAX_VALUE
                && check.minTimestamp() < nowMs - config.timestampBeforeMaxMs()) {
            return outOfTime(check.minTimestampIndex(), check.minTimestamp(), config, nowMs);
        }
        return null;
    }

    private static BatchRefusal outOfTime(
            final int recordIndex, final long timestamp, final LogConfig config, final long nowMs) {
        return BatchRefusal.ofRecord(
                ErrorCode.INVALID_TIMESTAMP,
                "One or more records have been rejected due to invalid timestamp",
                recordIndex,
                "timestamp " + timestamp + " is more than " + config.timestampBeforeMaxMs() + " ms before or "
                        + config.timestampAfterMaxMs() + " ms after the broker's time " + nowMs);
    }

    private static ErrorCode errorOf(final BatchProblem problem) {
        return switch (problem) {
            // Part of a batch is no batch: to send it again, as a client does for CORRUPT_MESSAGE, would not help.
            case BAD_LENGTH, BAD_CRC -> ErrorCode.CORRUPT_MESSAGE;
            case UNKNOWN_CODEC -> ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
            // Splitting such a batch and sending it again, as a producer does for this error, helps.
            case DECOMPRESSED_TOO_LARGE -> ErrorCode.MESSAGE_TOO_LARGE;
            default -> ErrorCode.INVALID_RECORD;
        };
    }
}
