package io.highwater.broker.coordinator;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.KeyedRecords;
import io.highwater.broker.group.ClassicGroup;
import io.highwater.broker.group.GroupConfig;
import io.highwater.broker.group.GroupEffect;
import io.highwater.broker.group.GroupRecordSizes;
import io.highwater.broker.group.JoinAnswer;
import io.highwater.broker.group.JoinRequest;
import io.highwater.broker.group.LeaveAnswer;
import io.highwater.broker.group.MemberIdentity;
import io.highwater.broker.group.SyncAnswer;
import io.highwater.broker.group.SyncRequest;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the groups of this node on one shard: gives each request to its group and does what the group wants done.
 *
 * <p>Groups with members are in memory, and so is any group with something under way; of the others the log says all,
 * and they are loaded when somebody asks. Requests may come from any thread; answers are given on the coordinator's
 * shard, each exactly once.
 */
public final class GroupCoordinator {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinator.class);

    /** What a member may say of its protocols: some ten thousand partitions that it owns, many times over. */
    public static final int JOIN_BYTES_MAX = 1 << 20;

    /** What a leader may assign in one request. */
    public static final int SYNC_BYTES_MAX = 16 << 20;

    /** What all groups in memory may take, about a quarter of the heap that the launcher gives. */
    static final long HELD_BYTES_MAX = 128L << 20;

    /** What they take, by their own reckoning. */
    private long heldBytes;

    private final Map<String, CoordinatedGroup> groups = new LinkedHashMap<>();
    private final Long2ObjectHashMap<Consumer<JoinAnswer>> waitingJoins = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<Consumer<SyncAnswer>> waitingSyncs = new Long2ObjectHashMap<>();
    private long lastHandle;

    private final Shard shard;
    private final Clock clock;
    private final RandomSource random;
    private final MetadataView metadata;
    private final GroupConfig config;
    private final GroupLog log;
    private final OffsetSweep sweep;
    private final GroupAdmin admin;

    /** Does nothing yet: {@link #open} does. */
    public GroupCoordinator(
            final Shard shard,
            final Clock clock,
            final RandomSource random,
            final Core core,
            final MetadataView metadata,
            final GroupConfig config) {
        this.shard = shard;
        this.clock = clock;
        this.random = random;
        this.metadata = metadata;
        this.config = config;
        this.log = new GroupLog(shard, clock, core, config.offsetCommitTimeoutMs(), config.logBytesMax());
        this.admin = new GroupAdmin(this, shard, log);
        this.sweep = new OffsetSweep(this, shard, clock, core, log, metadata, config);
    }

    /** Loads the groups; until that is done requests are answered by COORDINATOR_LOAD_IN_PROGRESS. Safe for any thread. */
    public void open() {
        shard.run(() -> {
            log.open(this::onLoaded);
            sweep.open();
        });
    }

    /** Joins a member; the request needs no handle and no fresh id. Safe for any thread. */
    public void join(final String groupId, final JoinRequest request, final Consumer<JoinAnswer> reply) {
        shard.run(() -> {
            if (groupId.isEmpty()) {
                reply.accept(JoinAnswer.failed(ErrorCode.INVALID_GROUP_ID, request.memberId()));
            } else if (!config.allowsSessionTimeoutMs(request.sessionTimeoutMs())) {
                reply.accept(JoinAnswer.failed(ErrorCode.INVALID_SESSION_TIMEOUT, request.memberId()));
            } else if (!log.isLoaded()) {
                reply.accept(JoinAnswer.failed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, request.memberId()));
            } else {
                final CoordinatedGroup known = findOrNull(groupId);
                if (known == null && !request.memberId().isEmpty()) {
                    reply.accept(JoinAnswer.failed(ErrorCode.UNKNOWN_MEMBER_ID, request.memberId()));
                } else if (!hasRoomFor(request, known)) {
                    reply.accept(JoinAnswer.failed(ErrorCode.COORDINATOR_NOT_AVAILABLE, request.memberId()));
                } else {
                    final CoordinatedGroup entry = known == null ? create(groupId) : known;
                    final long handle = ++lastHandle;
                    waitingJoins.put(handle, reply);
                    entry.group().join(request.named(handle, random.nextUuid().toString()), clock.monotonicMs());
                    perform(entry);
                }
            }
        });
    }

    /** Asks for a member's assignment; the request needs no handle. Safe for any thread. */
    public void sync(final String groupId, final SyncRequest request, final Consumer<SyncAnswer> reply) {
        shard.run(() -> {
            final ErrorCode error = unavailable(groupId);
            final CoordinatedGroup entry = error == ErrorCode.NONE ? findOrNull(groupId) : null;
            if (entry == null) {
                reply.accept(SyncAnswer.failed(error == ErrorCode.NONE ? ErrorCode.UNKNOWN_MEMBER_ID : error));
                return;
            }
            if (heldBytes + request.heldBytes() > HELD_BYTES_MAX) {
                reply.accept(SyncAnswer.failed(ErrorCode.COORDINATOR_NOT_AVAILABLE));
                return;
            }
            final long handle = ++lastHandle;
            waitingSyncs.put(handle, reply);
            entry.group().sync(request.named(handle), clock.monotonicMs());
            perform(entry);
        });
    }

    /** A sign of life. Safe for any thread. */
    public void heartbeat(
            final String groupId, final MemberIdentity who, final int generation, final Consumer<ErrorCode> reply) {
        shard.run(() -> {
            final ErrorCode error = unavailable(groupId);
            final CoordinatedGroup entry = error == ErrorCode.NONE ? findOrNull(groupId) : null;
            if (entry == null) {
                reply.accept(error == ErrorCode.NONE ? ErrorCode.UNKNOWN_MEMBER_ID : error);
                return;
            }
            // Nothing to be done: a sign of life only moves a deadline back.
            reply.accept(entry.group().heartbeat(who, generation, clock.monotonicMs()));
            forgetIfIdle(entry);
        });
    }

    /** Lets members go: an error for all, or an answer for each. Safe for any thread. */
    public void leave(
            final String groupId,
            final List<MemberIdentity> who,
            final Consumer<ErrorCode> failed,
            final Consumer<List<LeaveAnswer>> reply) {
        shard.run(() -> {
            final ErrorCode error = unavailable(groupId);
            if (error != ErrorCode.NONE) {
                failed.accept(error);
                return;
            }
            final CoordinatedGroup entry = findOrNull(groupId);
            if (entry == null) {
                reply.accept(who.stream()
                        .map(each -> new LeaveAnswer(each, ErrorCode.UNKNOWN_MEMBER_ID))
                        .toList());
                return;
            }
            final List<LeaveAnswer> answers = entry.group().leave(who, clock.monotonicMs());
            perform(entry);
            reply.accept(answers);
        });
    }

    /** Commits offsets; the answer has an error for each, in their order, once they are durable. Safe for any thread. */
    public void commit(final CommitRequest request, final Consumer<List<ErrorCode>> reply) {
        shard.run(() -> {
            final ErrorCode error = log.isLoaded() ? admit(request) : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
            if (error != ErrorCode.NONE) {
                reply.accept(request.offsets().stream().map(offset -> error).toList());
            } else {
                write(request, findOrNull(request.groupId()), reply);
            }
        });
    }

    /** Gives the committed offsets as they are, everything acknowledged included. Safe for any thread. */
    public void offsets(final Consumer<ErrorCode> failed, final Consumer<CommittedOffsets> reply) {
        shard.run(() -> {
            if (log.isLoaded()) {
                reply.accept(committed());
            } else {
                failed.accept(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
            }
        });
    }

    /** What tools ask of the groups. */
    public GroupAdmin admin() {
        return admin;
    }

    void forEachInMemory(final Consumer<ClassicGroup> consumer) {
        groups.values().forEach(entry -> consumer.accept(entry.group()));
    }

    /** The group if it is in memory. */
    CoordinatedGroup inMemoryOrNull(final String groupId) {
        return groups.get(groupId);
    }

    /** Forgets the group; the log says what there is to know. */
    void forget(final CoordinatedGroup entry) {
        if (groups.remove(entry.group().id(), entry)) {
            heldBytes -= entry.heldBytes();
            entry.disarm();
        }
    }

    /** The group, which from now on is given up: who asks for it is told to come again. */
    CoordinatedGroup giveUp(final String groupId, final String reason) {
        final CoordinatedGroup known = groups.get(groupId);
        final CoordinatedGroup entry = known == null ? create(groupId) : known;
        entry.group().kill(ErrorCode.COORDINATOR_NOT_AVAILABLE, reason);
        perform(entry);
        return entry;
    }

    CommittedOffsets committed() {
        return new CommittedOffsets(log.image(), metadata.current());
    }

    private void onLoaded(final KeyedRecords image) {
        image.latest().forEach((key, record) -> {
            if (record instanceof GroupStateRecord state && !state.members.isEmpty()) {
                perform(put(ClassicGroup.restore(state, config, clock.monotonicMs())));
            }
        });
        if (image.latest().size() > 0) {
            LOG.info(
                    "groups: loaded {} records, {} groups have members",
                    image.latest().size(),
                    groups.size());
        }
    }

    /** What the member held before goes when it joins again, so a full coordinator still serves those it has. */
    private boolean hasRoomFor(final JoinRequest request, final CoordinatedGroup knownOrNull) {
        // A group that the log does not know leaves its state there.
        if (knownOrNull == null && !log.hasRoomFor(GroupRecordSizes.NEW_GROUP_BYTES)) {
            return false;
        }
        final long before = knownOrNull == null ? 0 : knownOrNull.group().heldBytesOf(request.memberId());
        return request.heldBytes() <= before || heldBytes + request.heldBytes() - before <= HELD_BYTES_MAX;
    }

    private ErrorCode unavailable(final String groupId) {
        if (groupId.isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        return log.isLoaded() ? ErrorCode.NONE : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    }

    /** The group, from the log if it is not in memory; null when nobody knows it. */
    CoordinatedGroup findOrNull(final String groupId) {
        final CoordinatedGroup entry = groups.get(groupId);
        if (entry != null) {
            return entry;
        }
        final CommittedOffsets committed = committed();
        final GroupStateRecord state = committed.stateOrNull(groupId);
        if (state != null) {
            return put(ClassicGroup.restore(state, config, clock.monotonicMs()));
        }
        return committed.knows(groupId) ? create(groupId) : null;
    }

    private CoordinatedGroup create(final String groupId) {
        return put(new ClassicGroup(groupId, config));
    }

    private CoordinatedGroup put(final ClassicGroup group) {
        final CoordinatedGroup entry = new CoordinatedGroup(group);
        groups.put(group.id(), entry);
        heldBytes += entry.growth();
        return entry;
    }

    /** Decides on a commit. A group that nobody knows comes to be by it, if the committer uses no coordination. */
    private ErrorCode admit(final CommitRequest request) {
        final CoordinatedGroup known = findOrNull(request.groupId());
        if (known == null && request.generation() >= 0) {
            return request.knowsGroupIdNotFound() ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
        }
        final CoordinatedGroup entry = known == null ? create(request.groupId()) : known;
        final ErrorCode error = entry.group().checkCommit(request.who(), request.generation(), clock.monotonicMs());
        if (error != ErrorCode.NONE) {
            forgetIfIdle(entry);
        }
        return error;
    }

    private void write(
            final CommitRequest request, final CoordinatedGroup entry, final Consumer<List<ErrorCode>> reply) {
        final long wallMs = clock.wallMs();
        final List<Message> records = new ArrayList<>(request.offsets().size());
        for (final OffsetCommit offset : request.offsets()) {
            if (offset.metadata().length() <= config.offsetMetadataMaxChars()) {
                records.add(record(request, offset, wallMs));
            }
        }
        if (records.isEmpty()) {
            forgetIfIdle(entry);
            reply.accept(errors(request, ErrorCode.NONE));
            return;
        }
        if (!log.hasRoomFor(log.growthBy(records))) {
            forgetIfIdle(entry);
            reply.accept(errors(request, ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        entry.commitBegins();
        log.propose(records, error -> {
            entry.commitEnds();
            forgetIfIdle(entry);
            reply.accept(errors(
                    request, error == ErrorCode.MESSAGE_TOO_LARGE ? ErrorCode.INVALID_COMMIT_OFFSET_SIZE : error));
        });
    }

    private static OffsetCommittedRecord record(
            final CommitRequest request, final OffsetCommit offset, final long wallMs) {
        final OffsetCommittedRecord record = new OffsetCommittedRecord();
        record.groupId = request.groupId();
        record.topicName = offset.topicName();
        record.topicId = offset.topicId();
        record.partition = offset.partition();
        record.offset = offset.offset();
        record.leaderEpoch = offset.leaderEpoch();
        record.metadata = offset.metadata();
        record.commitTimestampMs = wallMs;
        record.expireTimestampMs = request.retentionMs() < 0 ? -1 : expiry(wallMs, request.retentionMs());
        return record;
    }

    /** The end of time where a client means "for ever" and the sum would be before now. */
    private static long expiry(final long wallMs, final long retentionMs) {
        return retentionMs > Long.MAX_VALUE - wallMs ? Long.MAX_VALUE : wallMs + retentionMs;
    }

    private List<ErrorCode> errors(final CommitRequest request, final ErrorCode ofTheRest) {
        return request.offsets().stream()
                .map(offset -> offset.metadata().length() > config.offsetMetadataMaxChars()
                        ? ErrorCode.OFFSET_METADATA_TOO_LARGE
                        : ofTheRest)
                .toList();
    }

    /** Does what the group wants done, and sees to it that it is called in time. */
    private void perform(final CoordinatedGroup entry) {
        for (final GroupEffect effect : entry.group().drain()) {
            if (effect instanceof GroupEffect.JoinReply join) {
                waitingJoins.remove(join.handle()).accept(join.answer());
            } else if (effect instanceof GroupEffect.SyncReply sync) {
                waitingSyncs.remove(sync.handle()).accept(sync.answer());
            } else if (effect instanceof GroupEffect.Persist persist) {
                persist(entry, persist);
            } else if (effect instanceof GroupEffect.Moved moved) {
                LOG.info(
                        "group {}: {} to {}, generation {}, {} members: {}",
                        ClientText.shown(entry.group().id()),
                        moved.from().wireName(),
                        moved.to().wireName(),
                        moved.generation(),
                        moved.members(),
                        ClientText.shown(moved.reason()));
            }
        }
        if (groups.get(entry.group().id()) == entry) {
            heldBytes += entry.growth();
        }
        entry.arm(shard, clock.monotonicMs(), () -> {
            entry.disarm();
            entry.group().onTime(clock.monotonicMs());
            perform(entry);
        });
        forgetIfIdle(entry);
    }

    /** Keeps no group in memory of which the log says all, so that requests for made-up groups leave nothing. */
    void forgetIfIdle(final CoordinatedGroup entry) {
        if (entry.isIdle()) {
            forget(entry);
        }
    }

    private void persist(final CoordinatedGroup entry, final GroupEffect.Persist persist) {
        persist.record().stateTimestampMs = clock.wallMs();
        log.propose(List.of(persist.record()), error -> {
            if (error == ErrorCode.NONE) {
                entry.group().onPersisted(persist.token(), clock.monotonicMs());
            } else {
                entry.group().onPersistFailed(persist.token(), error, clock.monotonicMs());
            }
            perform(entry);
        });
    }
}
