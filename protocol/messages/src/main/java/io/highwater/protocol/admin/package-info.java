/**
 * Administration over the protocol: topics are created, listed, described and deleted. Decides whom to ask (the controller
 * where the protocol wants it) and how long to try; never decides what is allowed, which the brokers do. Calls may come
 * from any thread, work is done on the shard of the {@link io.highwater.protocol.cluster.BrokerCalls}. Main type: {@link
 * io.highwater.protocol.admin.AdminClient}.
 */
package io.highwater.protocol.admin;
