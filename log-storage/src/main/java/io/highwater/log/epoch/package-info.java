/**
 * Which leader epoch began at which offset, the history by which replicas find where they part. Pure; confined to the
 * log's shard. Main type: {@link io.highwater.log.epoch.LeaderEpochs}.
 */
package io.highwater.log.epoch;
