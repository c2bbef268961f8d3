/**
 * The consumer library: records of assigned partitions, in order, from any broker of the protocol. Decides where to start,
 * what to fetch from whom and how far ahead; checks every batch's CRC; never assigns partitions by itself, and never commits
 * an offset unasked.
 *
 * <p>Fetching runs on one shard; decompression and checks run on the thread that polls. Records are read without regard to
 * transactions (read uncommitted); control batches are skipped. Main types: {@link io.highwater.consumer.Consumer},
 * {@link io.highwater.consumer.ConsumerConfig}, {@link io.highwater.consumer.StartPosition}.
 */
package io.highwater.consumer;
