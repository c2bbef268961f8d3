/**
 * The producer library: records in, acknowledged offsets out, against any broker of the protocol. Decides partition, batch,
 * order and retry; never touches a socket ({@link io.highwater.protocol.cluster.BrokerCalls} does) and never drops a record
 * without failing its future.
 *
 * <p>Callers' threads only hand records over; everything else runs on one shard. Main types:
 * {@link io.highwater.producer.Producer}, {@link io.highwater.producer.ProducerConfig},
 * {@link io.highwater.producer.ProducerRecord}.
 */
package io.highwater.producer;
