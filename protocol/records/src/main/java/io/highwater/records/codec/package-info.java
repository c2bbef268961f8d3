/**
 * The four compression codecs of record batches, as streams for who reads records, as
 * {@link io.highwater.records.codec.Unpacker}s for who only looks at them. The classes named after a codec are the only
 * ones that touch its library, so that a native library is loaded by the first batch that needs it. Decides nothing about
 * limits except where memory would be allocated by a length that was sent. Runs on the caller's thread.
 */
package io.highwater.records.codec;
