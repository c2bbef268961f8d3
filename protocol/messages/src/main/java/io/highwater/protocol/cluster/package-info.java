/**
 * What a client knows of a cluster: brokers, topics and who leads each partition, kept fresh by Metadata requests. Decides
 * when to ask again and how long to back off; never opens a connection itself ({@link io.highwater.protocol.cluster.BrokerCalls}
 * does) and never retries a caller's request.
 *
 * <p>Everything runs on the one shard of {@link io.highwater.protocol.cluster.BrokerCalls#shard}. Main types:
 * {@link io.highwater.protocol.cluster.BrokerCalls}, {@link io.highwater.protocol.cluster.ClusterView}.
 */
package io.highwater.protocol.cluster;
