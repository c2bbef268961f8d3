package io.highwater.broker.coordinator;

import io.highwater.broker.core.KeyedRecords;
import io.highwater.broker.group.ClassicGroup;
import io.highwater.broker.group.GroupDescription;
import io.highwater.broker.group.GroupKeys;
import io.highwater.broker.group.GroupState;
import io.highwater.broker.message.GroupRemovedRecord;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.message.OffsetRemovedRecord;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What tools ask of the groups of this node: to be listed, described, deleted, and to forget offsets.
 *
 * <p>Requests may come from any thread; answers are given on the coordinator's shard, each exactly once.
 */
public final class GroupAdmin {
    /** Groups listed before others get their turn on the shard. */
    private static final int SLICE_GROUPS = 1_000;

    private static final int BATCH_RECORDS = 1_000;

    private final GroupCoordinator coordinator;
    private final Shard shard;
    private final GroupLog log;

    GroupAdmin(final GroupCoordinator coordinator, final Shard shard, final GroupLog log) {
        this.coordinator = coordinator;
        this.shard = shard;
        this.log = log;
    }

    /** Every group that has members or left something, in no particular order. Safe for any thread. */
    public void list(final Consumer<ErrorCode> failed, final Consumer<List<ListedGroup>> reply) {
        shard.run(() -> {
            if (!log.isLoaded()) {
                failed.accept(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                return;
            }
            final List<ListedGroup> listed = new ArrayList<>();
            final Set<String> seen = new LinkedHashSet<>();
            coordinator.forEachInMemory(group -> {
                seen.add(group.id());
                final GroupDescription description = group.describe();
                listed.add(new ListedGroup(group.id(), description.protocolType(), description.state()));
            });
            listFromLog(log.image(), "", seen, listed, reply);
        });
    }

    /** The groups of which only the log knows, a slice at a time; all from one image. */
    private void listFromLog(
            final KeyedRecords image,
            final String from,
            final Set<String> seen,
            final List<ListedGroup> listed,
            final Consumer<List<ListedGroup>> reply) {
        String cursor = from;
        for (int i = 0; i < SLICE_GROUPS && cursor != null; i++) {
            final String id = firstGroup(image, cursor);
            if (id != null && !seen.contains(id)) {
                final Message state = image.latest().get(GroupKeys.state(id));
                final String type =
                        state instanceof GroupStateRecord known && known.protocolType != null ? known.protocolType : "";
                listed.add(new ListedGroup(id, type, GroupState.EMPTY));
            }
            cursor = id == null ? null : GroupKeys.behind(id);
        }
        final String rest = cursor;
        if (rest == null) {
            reply.accept(listed);
        } else {
            shard.execute(() -> listFromLog(image, rest, seen, listed, reply));
        }
    }

    private static String firstGroup(final KeyedRecords image, final String from) {
        for (final Map.Entry<String, Message> entry : image.latest().from(from)) {
            return GroupKeys.groupOf(entry.getValue());
        }
        return null;
    }

    /**
     * The groups of these ids, each once, in their order; {@link GroupDescription#UNKNOWN} for one that is not there. Safe
     * for any thread.
     */
    public void describe(
            final List<String> ids,
            final Consumer<ErrorCode> failed,
            final Consumer<Map<String, GroupDescription>> reply) {
        shard.run(() -> {
            if (!log.isLoaded()) {
                failed.accept(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                return;
            }
            final Map<String, GroupDescription> described = new LinkedHashMap<>();
            for (final String id : new LinkedHashSet<>(ids)) {
                final CoordinatedGroup entry = coordinator.findOrNull(id);
                described.put(
                        id,
                        entry == null ? GroupDescription.UNKNOWN : entry.group().describe());
                if (entry != null) {
                    coordinator.forgetIfIdle(entry);
                }
            }
            reply.accept(described);
        });
    }

    /** Deletes the groups with their offsets, durably; an outcome for each, once. Safe for any thread. */
    public void delete(final List<String> ids, final Consumer<Map<String, ErrorCode>> reply) {
        shard.run(() -> {
            final Map<String, ErrorCode> outcomes = new LinkedHashMap<>();
            final Set<String> all = new LinkedHashSet<>(ids);
            if (all.isEmpty()) {
                reply.accept(outcomes);
                return;
            }
            // Written down first, so that the answer keeps the order of the request.
            all.forEach(id -> outcomes.put(id, null));
            final int[] open = {all.size()};
            for (final String id : all) {
                delete(id, error -> {
                    outcomes.put(id, error);
                    if (--open[0] == 0) {
                        reply.accept(outcomes);
                    }
                });
            }
        });
    }

    private void delete(final String id, final Consumer<ErrorCode> outcome) {
        if (!log.isLoaded()) {
            outcome.accept(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
            return;
        }
        final CoordinatedGroup entry = coordinator.findOrNull(id);
        if (entry == null) {
            outcome.accept(ErrorCode.GROUP_ID_NOT_FOUND);
            return;
        }
        final ClassicGroup group = entry.group();
        if (group.state() == GroupState.DEAD || entry.hasCommitsInFlight()) {
            outcome.accept(ErrorCode.COORDINATOR_NOT_AVAILABLE);
            return;
        }
        if (group.state() != GroupState.EMPTY) {
            outcome.accept(ErrorCode.NON_EMPTY_GROUP);
            return;
        }
        final List<Message> removals = new ArrayList<>();
        for (final OffsetCommittedRecord offset : coordinator.committed().all(id)) {
            removals.add(removal(id, offset.topicName, offset.partition));
        }
        final GroupRemovedRecord removed = new GroupRemovedRecord();
        removed.groupId = id;
        removals.add(removed);
        // Until that is durable nobody joins it, and whoever commits is told to come again.
        final CoordinatedGroup dying = coordinator.giveUp(id, "it is deleted");
        propose(removals, 0, error -> {
            coordinator.forget(dying);
            outcome.accept(error);
        });
    }

    /**
     * Forgets offsets of a group, durably. {@code failed} gets an error for the request, or {@code reply} an error for each
     * of the partitions in their order. Safe for any thread.
     */
    public void deleteOffsets(
            final String groupId,
            final List<PartitionName> partitions,
            final Consumer<ErrorCode> failed,
            final Consumer<List<ErrorCode>> reply) {
        shard.run(() -> {
            if (groupId.isEmpty()) {
                failed.accept(ErrorCode.INVALID_GROUP_ID);
                return;
            }
            if (!log.isLoaded()) {
                failed.accept(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                return;
            }
            final CoordinatedGroup entry = coordinator.findOrNull(groupId);
            if (entry == null || entry.group().state() == GroupState.DEAD) {
                failed.accept(ErrorCode.GROUP_ID_NOT_FOUND);
                return;
            }
            final ClassicGroup group = entry.group();
            if (group.state() != GroupState.EMPTY && !group.isOfConsumers()) {
                failed.accept(ErrorCode.NON_EMPTY_GROUP);
                return;
            }
            deleteOffsets(entry, partitions, reply);
        });
    }

    private void deleteOffsets(
            final CoordinatedGroup entry, final List<PartitionName> partitions, final Consumer<List<ErrorCode>> reply) {
        final String groupId = entry.group().id();
        final List<Message> removals = new ArrayList<>();
        final List<Boolean> isKept = new ArrayList<>();
        final Set<String> wanted = entry.group()
                .wantedAmong(partitions.stream().map(PartitionName::topic).collect(Collectors.toSet()));
        for (final PartitionName partition : partitions) {
            isKept.add(wanted.contains(partition.topic()));
            if (!isKept.get(isKept.size() - 1)) {
                removals.add(removal(groupId, partition.topic(), partition.index()));
            }
        }
        entry.commitBegins();
        propose(removals, 0, error -> {
            entry.commitEnds();
            coordinator.forgetIfIdle(entry);
            reply.accept(isKept.stream()
                    .map(kept -> kept ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : error)
                    .toList());
        });
    }

    /** One batch after the other, up to the first that fails. */
    private void propose(final List<Message> records, final int from, final Consumer<ErrorCode> done) {
        if (from >= records.size()) {
            done.accept(ErrorCode.NONE);
            return;
        }
        final int to = Math.min(from + BATCH_RECORDS, records.size());
        log.propose(List.copyOf(records.subList(from, to)), error -> {
            if (error == ErrorCode.NONE) {
                propose(records, to, done);
            } else {
                done.accept(error);
            }
        });
    }

    private static OffsetRemovedRecord removal(final String groupId, final String topic, final int partition) {
        final OffsetRemovedRecord removed = new OffsetRemovedRecord();
        removed.groupId = groupId;
        removed.topicName = topic;
        removed.partition = partition;
        return removed;
    }

    /** A partition of a topic that exists. */
    public record PartitionName(String topic, int index) {}
}
