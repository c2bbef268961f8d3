/**
 * What a log remembers of its idempotent producers: the last five batches of each, so that a retried batch is stored once
 * and in order (Idempotent Receiver). Pure; confined to the log's shard. Main type:
 * {@link io.highwater.log.producer.ProducerStates}.
 */
package io.highwater.log.producer;
