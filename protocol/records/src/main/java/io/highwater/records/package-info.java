/**
 * Record batches (format v2) as bytes: layout, checksum, validation, iteration, building and compression. Decides whether
 * bytes are a batch that may be stored; never opens a file or a socket, never copies a batch it only looks at, and knows
 * nothing of logs, requests or offsets beyond what a batch carries.
 *
 * <p>The statics are safe for any thread as long as the buffer is the caller's alone; cursors and builders are confined to
 * the thread that uses them. Main types: {@link io.highwater.records.RecordBatch} (the layout),
 * {@link io.highwater.records.BatchValidation}, {@link io.highwater.records.BatchCursor} and
 * {@link io.highwater.records.RecordCursor} (reading), {@link io.highwater.records.RecordBatchBuilder} (writing).
 */
package io.highwater.records;
