/**
 * One partition's log on disk, and the directory that holds many of them. Decides what is stored, what is durable and
 * what a crash left behind; never decides who may append, what a consumer may see, or when to delete by age.
 *
 * <p>A {@link io.highwater.log.PartitionLog} belongs to its partition's shard. Everything that blocks on the device runs
 * on the executors handed to {@link io.highwater.log.LogDirectory}, and its end is posted to the shard.
 */
package io.highwater.log;
