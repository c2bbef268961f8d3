package io.highwater.broker.core;

import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.metadata.Metadata;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.TopicConfigs;
import io.highwater.broker.metadata.TopicCreation;
import io.highwater.broker.metadata.TopicDeletion;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;

/** A core on a simulated machine that can lose power. */
final class CoreWorld {
    static final long DEADLINE_MS = 10_000;
    private static final Path DATA = Path.of("/data");

    final Trace trace = new Trace();
    final SimulatedScheduler scheduler;
    final SimulatedDisk disk;
    final List<String> fatal = new ArrayList<>();
    private final CoreSettings settings;
    SimulatedProcess process;
    OneVoterCore core;
    int lives;

    CoreWorld(final long seed, final CoreSettings settings) {
        this.scheduler = new SimulatedScheduler(seed, trace);
        this.disk = new SimulatedDisk("disk", scheduler.newRandom(), trace);
        this.settings = settings;
    }

    /** A new process on the same disk. */
    void start() throws IOException {
        lives++;
        process = scheduler.newProcess("node" + lives);
        start(process.newPool("core"));
    }

    void start(final Executor executor) throws IOException {
        if (process == null) {
            process = scheduler.newProcess("node");
        }
        disk.createDirectories(DATA);
        disk.forceDirectory(DATA.getParent());
        core = new OneVoterCore(
                DATA.resolve("core"),
                settings,
                process.newShard("core"),
                executor,
                disk.of(process),
                process.clock(),
                scheduler.newRandom(),
                new MetaMachine(
                        new TopicCreation(new TopicConfigs(Map.of()), 1, -1),
                        new TopicDeletion(true),
                        scheduler.newRandom()),
                new KeyedMachine(new OffsetKeys()),
                (group, cause) -> fatal.add(group + " " + cause.getClass().getSimpleName()));
        core.open();
    }

    void crash() {
        process.kill();
        disk.crash();
    }

    Answer propose(final CoreGroup<?> group, final Message command) {
        return propose(group, command, DEADLINE_MS);
    }

    Answer propose(final CoreGroup<?> group, final Message command, final long timeoutMs) {
        final Answer answer = new Answer();
        core.propose(group, command, scheduler.clock().monotonicMs() + timeoutMs, answer);
        return answer;
    }

    /** Proposes and runs the world until there is an answer. */
    Answer settle(final CoreGroup<?> group, final Message command) {
        final Answer answer = propose(group, command);
        scheduler.runUntil(answer::isDone, 2 * DEADLINE_MS);
        return answer;
    }

    /** A cluster of one broker. */
    void form() {
        settle(CoreGroup.META, Metadata.formation("cluster"));
        settle(CoreGroup.META, Metadata.registration(1, new UUID(1, lives)));
    }

    MetadataImage metadata() {
        return see(CoreGroup.META).image;
    }

    <S> Seen<S> see(final CoreGroup<S> group) {
        final Seen<S> seen = new Seen<>();
        core.watch(group, 0, seen);
        scheduler.runUntil(() -> seen.image != null, 1000);
        return seen;
    }

    static AppendRecords offset(final String group, final long offset) {
        final OffsetCommittedRecord record = new OffsetCommittedRecord();
        record.groupId = group;
        record.topicName = "t";
        record.offset = offset;
        record.metadata = "m".repeat(20);
        return new AppendRecords(List.of(record));
    }

    /** The answer to a proposal. */
    static final class Answer implements Core.Completion {
        long index;
        Message response;
        CoreFailure failure;
        int count;

        boolean isDone() {
            return count > 0;
        }

        @Override
        public void onApplied(final long appliedIndex, final Message applied) {
            index = appliedIndex;
            response = applied;
            count++;
        }

        @Override
        public void onFailed(final CoreFailure reason) {
            failure = reason;
            count++;
        }
    }

    /** What a watcher saw. */
    static final class Seen<S> implements Core.Watcher<S> {
        final List<Long> indexes = new ArrayList<>();
        S image;

        @Override
        public void onImage(final long index, final S whole) {
            indexes.add(index);
            image = whole;
        }

        @Override
        public void onRecords(final long index, final List<Message> records, final S next) {
            if (records.isEmpty()) {
                throw new AssertionError("no records at " + index);
            }
            indexes.add(index);
            image = next;
        }
    }

    private static final class OffsetKeys implements RecordKeys {
        @Override
        public String keyOf(final Message record) {
            return ((OffsetCommittedRecord) record).groupId;
        }

        @Override
        public boolean isTombstone(final Message record) {
            return ((OffsetCommittedRecord) record).offset < 0;
        }
    }
}
