/**
 * The four compression codecs of record batches, as streams. Each class is the only one that touches its library, so that a
 * native library is loaded by the first batch that needs it. Decides nothing about limits except where the library would
 * allocate by a length it was sent. Runs on the caller's thread.
 */
package io.highwater.records.codec;
