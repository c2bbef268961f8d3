package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** After a start, and while the others work, reads everything there is and lets the history judge. */
final class Auditor extends Actor {
    private static final long ANSWER_LIMIT_MS = 60_000;
    private static final int TRIES_MAX = 100;

    private final SimulatedWorld world;

    Auditor(final SimulatedWorld world, final ClientHistory history) {
        super(world, history, "auditor");
        this.world = world;
    }

    @Override
    void act() {
        throw new IllegalStateException("the auditor does not act by itself");
    }

    /** Reads all; ends early when the broker dies meanwhile. */
    void audit(final List<String> groups) {
        checkTopics();
        for (final Target target : new ArrayList<>(history.targets)) {
            readWhole(target);
            for (final String group : groups) {
                checkCommitted(group, target);
            }
        }
    }

    /** When nothing has happened for a while: what is open and what lies on the disk belongs to a topic that is there. */
    void checkNothingLeft() {
        final MetadataRequest request = new MetadataRequest();
        request.topics = null;
        this.<MetadataResponse>askUntilAnswered(request, response -> {
            final List<UUID> ids = new ArrayList<>();
            final List<String> directories = new ArrayList<>();
            response.topics.forEach(topic -> {
                ids.add(topic.topicId);
                topic.partitions.forEach(partition -> directories.add(topic.name + '-' + partition.partitionIndex));
            });
            world.hosted().topics().forEach(topic -> {
                if (!ids.contains(topic.id())) {
                    throw new InvariantBroken("TopicsAreThoseAsked", topic.name() + " is open and no topic");
                }
            });
            for (final String name : world.dataFiles()) {
                if (name.matches("(topic|race).*") && !directories.contains(name)) {
                    throw new InvariantBroken("TopicsAreThoseAsked", name + " is of no topic");
                }
            }
        });
    }

    private void checkTopics() {
        final List<Target> expected = new ArrayList<>(history.targets);
        final List<UUID> deleted = new ArrayList<>(history.deletedTopics);
        final MetadataRequest request = new MetadataRequest();
        request.topics = null;
        this.<MetadataResponse>askUntilAnswered(request, response -> {
            final List<UUID> there = new ArrayList<>();
            response.topics.forEach(topic -> there.add(topic.topicId));
            for (final Target target : expected) {
                if (target.isAlive && !there.contains(target.topicId)) {
                    throw new InvariantBroken("TopicsAreThoseAsked", target.topic + " was created and is gone");
                }
            }
            for (final UUID id : deleted) {
                if (there.contains(id)) {
                    throw new InvariantBroken("TopicsAreThoseAsked", id + " was deleted and is back");
                }
            }
        });
    }

    private void readWhole(final Target target) {
        final long end = history.promisedEnd(target);
        final TreeMap<Long, String> read = new TreeMap<>();
        final long[] position = {0};
        int tries = 0;
        while (position[0] < end && target.isAlive && world.isBrokerAlive()) {
            final long before = position[0];
            this.<FetchResponse>askUntilAnswered(fetch(target, before), response -> {
                final FetchResponse.PartitionData data =
                        response.responses.get(0).partitions.get(0);
                if (data.errorCode == ErrorCode.OFFSET_OUT_OF_RANGE.code() && target.isAlive) {
                    throw new InvariantBroken("AckedIsThere", target + " ends before " + before + " of " + end);
                }
                if (data.errorCode == ErrorCode.NONE.code()) {
                    position[0] = ShownRecords.read(target, data.records, before, (offset, value) -> {
                        history.onShown(target, offset, value);
                        read.put(offset, value);
                    });
                }
            });
            tries = position[0] == before ? tries + 1 : 0;
            if (tries > TRIES_MAX) {
                throw new InvariantBroken(
                        "AckedIsThere", target + " can be read to " + before + " of " + end + " only");
            }
        }
        if (position[0] >= end && target.isAlive) {
            history.onReadWhole(target, end, read);
        }
    }

    private void checkCommitted(final String group, final Target target) {
        this.<OffsetFetchResponse>askUntilAnswered(OffsetActor.fetchRequest(group, target), response -> {
            final Long offset = OffsetActor.committedOrNull(response);
            if (offset != null && target.isAlive) {
                history.onCommittedSeen(group, target, offset);
            }
        });
    }

    private static FetchRequest fetch(final Target target, final long position) {
        final FetchRequest request = new FetchRequest();
        request.maxWaitMs = 100;
        request.minBytes = 1;
        request.maxBytes = 1 << 20;
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topic = target.topic;
        topic.topicId = target.topicId;
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.partition = target.partition;
        partition.fetchOffset = position;
        partition.partitionMaxBytes = 1 << 20;
        topic.partitions.add(partition);
        request.topics.add(topic);
        return request;
    }

    /** Asks again until there is an answer, or no broker that could give one. */
    private <R extends Message> void askUntilAnswered(final Message request, final Consumer<R> onResponse) {
        final boolean[] isAnswered = new boolean[1];
        for (int i = 0; i < TRIES_MAX && !isAnswered[0] && world.isBrokerAlive(); i++) {
            final boolean[] isOver = new boolean[1];
            this.<R>ask(
                    request,
                    response -> {
                        isAnswered[0] = true;
                        isOver[0] = true;
                        onResponse.accept(response);
                    },
                    error -> isOver[0] = true);
            world.scheduler.runUntil(() -> isOver[0] || !world.isBrokerAlive(), ANSWER_LIMIT_MS);
            if (!isAnswered[0]) {
                world.scheduler.runFor(100);
            }
        }
        if (!isAnswered[0] && world.isBrokerAlive()) {
            throw new AssertionError("no answer to " + request);
        }
    }
}
