/**
 * What an operator asks of a cluster, as calls: topics made, listed, described, deleted. Knows which broker to ask and
 * when to ask again; decides nothing about topics itself. Everything runs on the shard of the {@link
 * io.highwater.protocol.cluster.BrokerCalls} it is given; results come as futures. Main type: {@link
 * io.highwater.protocol.admin.AdminClient}.
 */
package io.highwater.protocol.admin;
