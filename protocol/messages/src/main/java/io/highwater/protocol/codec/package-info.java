/**
 * Messages as bytes: one generated codec per message over {@link io.highwater.protocol.codec.MessageReader} and
 * {@link io.highwater.protocol.codec.MessageWriter}, found by API key in {@link io.highwater.protocol.codec.Codecs}.
 *
 * <p>What it promises: any bytes give a message or a {@link io.highwater.protocol.codec.MalformedMessageException}, and
 * nothing is allocated before the bytes that fill it are known to be there. What it never does: frame, send, or keep a
 * buffer. Codecs are stateless; a reader or writer belongs to the thread that made it.
 */
package io.highwater.protocol.codec;
