package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;

/** Commits and reads back the offsets of a group that has no members. */
final class OffsetActor extends Actor {
    private static final int COMMIT_ODDS = 3;

    OffsetActor(final SimulatedWorld world, final ClientHistory history, final String group) {
        super(world, history, group);
    }

    @Override
    void act() {
        if (history.targets.isEmpty()) {
            again(100);
            return;
        }
        final Target target = history.targets.get(random.nextInt(history.targets.size()));
        if (random.nextInt(COMMIT_ODDS) == 0) {
            read(target);
        } else {
            commit(target, random.nextInt(1_000_000));
        }
    }

    private void commit(final Target target, final long offset) {
        history.onCommitAsked(name, target, offset);
        this.<OffsetCommitResponse>ask(
                commitRequest(name, target, offset),
                response -> {
                    if (response.topics.get(0).partitions.get(0).errorCode == ErrorCode.NONE.code()) {
                        history.onCommitAcked(name, target, offset);
                    }
                    again(40);
                },
                error -> again(200));
    }

    private void read(final Target target) {
        this.<OffsetFetchResponse>ask(
                fetchRequest(name, target),
                response -> {
                    final Long offset = committedOrNull(response);
                    if (offset != null && target.isAlive) {
                        history.onCommittedSeen(name, target, offset);
                    }
                    again(40);
                },
                error -> again(200));
    }

    static OffsetCommitRequest commitRequest(final String group, final Target target, final long offset) {
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = group;
        final OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic();
        topic.name = target.topic;
        topic.topicId = target.topicId;
        final OffsetCommitRequest.OffsetCommitRequestPartition partition =
                new OffsetCommitRequest.OffsetCommitRequestPartition();
        partition.partitionIndex = target.partition;
        partition.committedOffset = offset;
        topic.partitions.add(partition);
        request.topics.add(topic);
        return request;
    }

    static OffsetFetchRequest fetchRequest(final String group, final Target target) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        final OffsetFetchRequest.OffsetFetchRequestGroup asked = new OffsetFetchRequest.OffsetFetchRequestGroup();
        asked.groupId = group;
        final OffsetFetchRequest.OffsetFetchRequestTopics topic = new OffsetFetchRequest.OffsetFetchRequestTopics();
        topic.name = target.topic;
        topic.topicId = target.topicId;
        topic.partitionIndexes.add(target.partition);
        asked.topics.add(topic);
        request.groups.add(asked);
        return request;
    }

    /** Null when the answer is an error, -1 when nothing was committed. */
    static Long committedOrNull(final OffsetFetchResponse response) {
        final OffsetFetchResponse.OffsetFetchResponseGroup group = response.groups.get(0);
        if (group.errorCode != ErrorCode.NONE.code()) {
            return null;
        }
        final OffsetFetchResponse.OffsetFetchResponsePartitions partition =
                group.topics.get(0).partitions.get(0);
        return partition.errorCode == ErrorCode.NONE.code() ? partition.committedOffset : null;
    }
}
