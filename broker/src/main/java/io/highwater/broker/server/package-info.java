/**
 * The wiring of one node: its settings, its life from the open data directory to {@code ready} and back, and which
 * partitions are open. Decides nothing that another package decides; {@link io.highwater.broker.server.BrokerNode} knows
 * ports only, so that a simulation runs the same class, and {@link io.highwater.broker.server.Server} binds them to the
 * operating system. Starting and stopping run on the blocking executor, the core's shard and the partitions' shards.
 */
package io.highwater.broker.server;
