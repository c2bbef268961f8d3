package io.highwater.broker.metadata;

import java.util.Map;

/** What each config of a topic does, in a sentence. Pure, safe for any thread. */
final class TopicConfigDocs {
    private static final Map<String, String> DOCS = Map.ofEntries(
            Map.entry("cleanup.policy", "What happens to old records: delete."),
            Map.entry("compression.gzip.level", "The level at which gzip compresses."),
            Map.entry("compression.lz4.level", "The level at which lz4 compresses."),
            Map.entry("compression.type", "The codec that records are stored with: producer, the one they came with."),
            Map.entry("compression.zstd.level", "The level at which zstd compresses."),
            Map.entry("delete.retention.ms", "How long markers of deleted keys stay in a compacted topic."),
            Map.entry(
                    "errors.deadletterqueue.group.enable",
                    "Whether share groups may write records here that nobody could handle."),
            Map.entry("file.delete.delay.ms", "Time between the removal of a file from the log and its deletion."),
            Map.entry("flush.messages", "Records after which a force would be asked for."),
            Map.entry("flush.ms", "Time between two forces under flush.policy=interval."),
            Map.entry("flush.policy", "When appended records count as stored: commit, interval or os."),
            Map.entry("follower.replication.throttled.replicas", "Replicas that follow at a limited rate."),
            Map.entry("index.interval.bytes", "Bytes of log between two entries of its index."),
            Map.entry("leader.replication.throttled.replicas", "Replicas that are served at a limited rate."),
            Map.entry("local.retention.bytes", "Bytes kept here when older records are kept elsewhere."),
            Map.entry(
                    "local.retention.ms", "Age up to which records are kept here when older ones are kept elsewhere."),
            Map.entry("max.compaction.lag.ms", "The longest time for which a record stays uncompacted."),
            Map.entry("max.decompressed.message.bytes", "The largest record once decompressed."),
            Map.entry("max.message.bytes", "The largest record batch that is accepted."),
            Map.entry("message.timestamp.after.max.ms", "How far a record's time may be ahead of the broker's."),
            Map.entry("message.timestamp.before.max.ms", "How far a record's time may be behind the broker's."),
            Map.entry("message.timestamp.type", "Whose clock stamps records: CreateTime or LogAppendTime."),
            Map.entry(
                    "min.cleanable.dirty.ratio",
                    "The part of a log that has to be uncompacted before it is compacted."),
            Map.entry("min.compaction.lag.ms", "The shortest time for which a record stays uncompacted."),
            Map.entry("min.insync.replicas", "Replicas in sync without which acks=all is refused."),
            Map.entry("preallocate", "Whether a new segment gets its whole size at once."),
            Map.entry("remote.copy.lag.bytes", "Bytes that may wait to be kept elsewhere."),
            Map.entry("remote.copy.lag.ms", "Time for which records may wait to be kept elsewhere."),
            Map.entry("remote.log.copy.disable", "Whether nothing more is kept elsewhere."),
            Map.entry(
                    "remote.log.delete.on.disable",
                    "Whether what is kept elsewhere is deleted when that is switched off."),
            Map.entry("remote.storage.enable", "Whether older records are kept elsewhere: false."),
            Map.entry(
                    "retention.bytes",
                    "The oldest segments are deleted while the others alone have so many bytes; -1: never."),
            Map.entry("retention.ms", "A segment whose newest record is older is deleted; -1: never."),
            Map.entry("segment.bytes", "A segment that would grow beyond it is rolled."),
            Map.entry("segment.index.bytes", "The largest index of a segment."),
            Map.entry("segment.jitter.ms", "The longest time by which a roll by age comes earlier."),
            Map.entry("segment.ms", "A segment whose first record is older is rolled."),
            Map.entry("unclean.leader.election.enable", "Whether a replica that is not in sync may lead."));

    private TopicConfigDocs() {}

    /** Of every config that there is. */
    static String of(final String name) {
        return DOCS.get(name);
    }
}
