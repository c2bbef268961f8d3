/**
 * One handler per API: reads a request, asks partitions, groups, metadata or the core, and builds the response with the
 * error code that the protocol has for what went wrong. Keeps no durable state, writes to no socket, and decides nothing
 * that outlives an answer. A handler is called on the shard of the connection and hops to the shards of the partitions.
 * Main types: {@link io.highwater.broker.api.ApiHandler}, {@link io.highwater.broker.api.Reply},
 * {@link io.highwater.broker.api.RequestContext}, {@link io.highwater.broker.api.HostedPartitions}.
 */
package io.highwater.broker.api;
