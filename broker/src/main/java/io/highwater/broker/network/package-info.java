/**
 * Connections of clients: frames become requests, requests find their handler, answers leave in the order of the
 * requests. Decides when a connection is read, when it is flushed and when it is closed for what it sent; never what an
 * API answers. Runs on the shard of each connection; an answer from another shard hops over. Knows no socket: frames
 * come from and go to the {@link io.highwater.protocol.transport.Transport} port. Main types:
 * {@link io.highwater.broker.network.RequestDispatcher}, {@link io.highwater.broker.network.ServerConnection},
 * {@link io.highwater.broker.network.Exchange}.
 */
package io.highwater.broker.network;
