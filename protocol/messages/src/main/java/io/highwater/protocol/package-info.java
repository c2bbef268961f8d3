/**
 * The words of the protocol that are neither message nor bytes: error codes, API keys, header versions, the text form of
 * ids. Values only: no Netty, no I/O, any thread. {@link io.highwater.protocol.ErrorCode} and
 * {@link io.highwater.protocol.ApiKey} (generated) are the main types.
 */
package io.highwater.protocol;
