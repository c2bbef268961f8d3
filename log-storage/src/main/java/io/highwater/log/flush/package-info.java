/**
 * Group commit for one data directory: gathers the logs that want to be durable, forces each file once for all who wait,
 * and notes recovery points in the journal. Decides when to force and what a failed force means (the end of the
 * directory); never touches records. Runs as tasks of the executor it is given, never on a shard.
 * Main type: {@link io.highwater.log.flush.Flusher}.
 */
package io.highwater.log.flush;
