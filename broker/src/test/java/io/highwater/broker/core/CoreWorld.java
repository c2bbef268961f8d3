package io.highwater.broker.core;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.metadata.Decision;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A core on a simulated disk, which can be started again and again. */
final class CoreWorld {
    static final Path DIRECTORY = Path.of("/data/metadata");
    static final Path LOG = DIRECTORY.resolve("core/groups");
    static final CoreSettings SMALL = new CoreSettings(1_000, 4_096, 512, 2_048, 4_096);

    final SimulatedScheduler scheduler;
    final SimulatedDisk disk;
    final List<Exception> fatal = new ArrayList<>();
    private final CoreSettings settings;
    private SimulatedProcess process;
    OneVoterCore core;

    CoreWorld(final long seed, final CoreSettings settings) {
        this.scheduler = new SimulatedScheduler(seed, new Trace());
        this.disk = new SimulatedDisk("disk", scheduler.newRandom(), scheduler.trace());
        this.settings = settings;
        try {
            disk.createDirectories(DIRECTORY);
            disk.forceDirectory(DIRECTORY.getParent());
            disk.forceDirectory(DIRECTORY.getRoot());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The machine starts, or its process after it was gone. */
    void start() throws IOException {
        process = scheduler.newProcess("broker");
        final Shard shard = process.newShard("core");
        core = new OneVoterCore(
                DIRECTORY,
                settings,
                shard,
                process.newPool("meta-io"),
                process.newPool("groups-io"),
                disk,
                process.clock(),
                new SeededRandom(1),
                new NoMetadata(),
                new KeyedStateMachine(new StateKeys()),
                RecordTypes.GROUPS,
                (group, cause) -> fatal.add(cause));
        core.open(CoreHistory.NONE);
    }

    void crash() {
        process.kill();
        disk.crash();
    }

    void restart() throws IOException {
        process.kill();
        disk.kill();
        start();
    }

    Answer put(final String key, final int value) {
        return propose(List.of(record(key, value)), 60_000);
    }

    Answer propose(final List<Message> records, final long timeoutMs) {
        final Answer answer = new Answer();
        core.propose(
                CoreGroup.GROUPS, new AppendRecords(records), scheduler.clock().monotonicMs() + timeoutMs, answer);
        return answer;
    }

    void idle() {
        scheduler.runUntilIdle(1_000_000);
    }

    KeyedRecords image() {
        final Seen seen = watch(0);
        idle();
        return seen.image;
    }

    Seen watch(final long from) {
        final Seen seen = new Seen();
        core.watch(CoreGroup.GROUPS, from, seen);
        return seen;
    }

    static int value(final KeyedRecords image, final String key) {
        return image.latest().get(key) instanceof GroupStateRecord state ? state.generation : -1;
    }

    static Message record(final String key, final int value) {
        final GroupStateRecord record = new GroupStateRecord();
        record.groupId = key;
        record.generation = value;
        return record;
    }

    /** What a proposal was told. */
    static final class Answer implements Core.Completion {
        long index = -1;
        CoreFailure failure;
        int times;

        @Override
        public void onApplied(final long newIndex, final Message response) {
            index = newIndex;
            times++;
        }

        @Override
        public void onFailed(final CoreFailure newFailure) {
            failure = newFailure;
            times++;
        }
    }

    /** What a watcher was told. */
    static final class Seen implements Core.Watcher<KeyedRecords> {
        final List<Long> indexes = new ArrayList<>();
        final List<Long> images = new ArrayList<>();
        KeyedRecords image;

        @Override
        public void onImage(final long index, final KeyedRecords newImage) {
            images.add(index);
            image = newImage;
        }

        @Override
        public void onRecords(final long index, final List<Message> records, final KeyedRecords newImage) {
            indexes.add(index);
            image = newImage;
        }
    }

    static final class StateKeys implements RecordKeys {
        @Override
        public String keyOf(final Message record) {
            return ((GroupStateRecord) record).groupId;
        }

        @Override
        public long heldBytes(final Message record) {
            return ((GroupStateRecord) record).groupId.length();
        }

        @Override
        public boolean isTombstone(final Message record) {
            return ((GroupStateRecord) record).generation < 0;
        }
    }

    /** Nobody asks this group anything here. */
    private static final class NoMetadata implements StateMachine<MetadataImage> {
        @Override
        public MetadataImage empty() {
            return null;
        }

        @Override
        public Decision<?> decide(final MetadataImage state, final Message command) {
            return new Decision<>(List.of(), command);
        }

        @Override
        public MetadataImage replay(final MetadataImage state, final long index, final List<Message> records) {
            return state;
        }

        @Override
        public void snapshot(final MetadataImage state, final Consumer<Message> sink) {
            sink.accept(null);
        }
    }

    /** The file as it is now. */
    ByteBuffer read(final Path path) throws IOException {
        try (var file = disk.open(path, false)) {
            return CoreFiles.readAll(path, file);
        }
    }
}
