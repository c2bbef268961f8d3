/**
 * The leader's part for one partition on one log: who may append, what is committed (High-Water Mark), what a consumer
 * may see, and who waits for what (Request Waiting List). Never opens or deletes a log, never decides who leads, knows
 * no wire format. Pure: performs nothing but calls on its log; confined to the partition's shard. Main types:
 * {@link io.highwater.broker.partition.Partition}, {@link io.highwater.broker.partition.PendingAppend},
 * {@link io.highwater.broker.partition.FetchWatch}.
 */
package io.highwater.broker.partition;
