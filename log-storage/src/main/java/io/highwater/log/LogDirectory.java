package io.highwater.log;

import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.datajournal.FoundFrames;
import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.flush.Flusher;
import io.highwater.log.journal.DirectoryIdentity;
import io.highwater.log.journal.DirectoryRefusedException;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionId;
import io.highwater.log.journal.PartitionState;
import io.highwater.log.segment.SegmentNames;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data directory: its lock, identity, journal, flusher and logs. Opening, deleting and closing block, so they run on
 * threads that may. Safe for any thread because what changes after opening is guarded by its lock.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String LOCK_FILE = ".lock";

    private final Disk disk;
    private final Path path;
    private final LogDirectoryConfig config;
    private final Clock clock;
    private final AutoCloseable lock;
    private final Journal journal;
    private final DataJournal dataJournal;
    private final Flusher flusher;
    private final DeletedPartitions deleted;
    /** Guarded by this. */
    private final PartitionDirectories directories;

    private final AtomicLong dirtyBytes = new AtomicLong();
    /** What the former run left of each partition that is still there; taken out when it is opened. Guarded by this. */
    private final TreeMap<PartitionId, PartitionState> unopened = new TreeMap<>();
    /**
     * Partitions that a former run left without a clean stop, neither opened nor deleted yet: the journal does not know
     * where their logs end. Guarded by this.
     */
    private final TreeSet<PartitionId> unrecovered = new TreeSet<>();
    /**
     * Partitions whose opening or deletion was begun and has not succeeded: their files may be anything on the way. Like
     * {@link #unrecovered} they are to be checked again, so with one of either the run does not end as a clean one.
     * Guarded by this.
     */
    private final TreeSet<PartitionId> halfway = new TreeSet<>();
    /**
     * Partitions of which the former run left something in the data journal, and where they were durable: their files have
     * it, but not durably before they were opened. Guarded by this.
     */
    private final TreeMap<PartitionId, Long> writtenBack = new TreeMap<>();
    /** Every partition of this directory. Guarded by this. */
    private final TreeMap<PartitionId, TopicPartitionKey> known = new TreeMap<>();
    /** Guarded by this. */
    private final TreeMap<PartitionId, PartitionLog> open = new TreeMap<>();

    private DirectoryIdentity identity;
    private boolean closed;

    private LogDirectory(
            final Disk disk,
            final Path path,
            final LogDirectoryConfig config,
            final Clock clock,
            final RandomSource random,
            final Executor flushExecutor,
            final Executor blockingExecutor,
            final AutoCloseable lock,
            final Journal journal,
            final FoundFrames found,
            final DirectoryIdentity identity)
            throws IOException {
        this.disk = disk;
        this.path = path;
        this.config = config;
        this.clock = clock;
        this.lock = lock;
        this.journal = journal;
        this.identity = identity;
        this.dataJournal = DataJournal.open(
                disk, path, journal, clock, flushExecutor, config.dataJournal(), this::onCheckpointFailed, found);
        this.flusher = new Flusher(flushExecutor, clock, journal, dataJournal, config.recoveryPointIntervalMs());
        this.deleted = new DeletedPartitions(disk, path, random, blockingExecutor);
        this.directories = new PartitionDirectories(disk, path, deleted);
    }

    /**
     * Takes the directory, creating it if it is missing.
     *
     * @param flushExecutor runs the forces, best on {@link Flusher#THREADS} threads
     * @param blockingExecutor runs deletions
     * @param clusterIdOrNull null to take what the directory says
     * @throws LogDirectoryException when it is locked, another node's or cluster's, or of another format
     */
    public static LogDirectory open(
            final Disk disk,
            final Path path,
            final LogDirectoryConfig config,
            final Clock clock,
            final RandomSource random,
            final Executor flushExecutor,
            final Executor blockingExecutor,
            final int nodeId,
            final String clusterIdOrNull)
            throws IOException, LogDirectoryException {
        if (!disk.exists(path) || disk.list(path).isEmpty()) {
            create(disk, path);
        }
        final AutoCloseable lock = disk.tryLock(path.resolve(LOCK_FILE));
        if (lock == null) {
            throw new LogDirectoryException("data directory " + path + " is in use by another process");
        }
        Journal journal = null;
        DataJournal dataJournal = null;
        boolean done = false;
        try {
            DirectoryIdentity identity = DirectoryIdentity.read(disk, path);
            requireOurs(path, identity, nodeId, clusterIdOrNull);
            journal = Journal.open(disk, path, identity == null);
            if (identity == null) {
                identity = new DirectoryIdentity(clusterIdOrNull, nodeId, random.nextUuid());
                identity.write(disk, path);
            } else if (clusterIdOrNull != null && identity.clusterIdOrNull() == null) {
                identity = identity.withClusterId(clusterIdOrNull);
                identity.write(disk, path);
            }
            final FoundFrames found = FoundFrames.read(disk, path, journal.recovered(), random);
            final LogDirectory directory = new LogDirectory(
                    disk, path, config, clock, random, flushExecutor, blockingExecutor, lock, journal, found, identity);
            dataJournal = directory.dataJournal;
            directory.begin(found);
            done = true;
            return directory;
        } catch (final DirectoryRefusedException e) {
            throw new LogDirectoryException(e.getMessage());
        } finally {
            if (!done) {
                if (dataJournal != null) {
                    dataJournal.close();
                }
                if (journal != null) {
                    journal.close();
                }
                unlock(lock);
            }
        }
    }

    /** This directory's own id, for ever. */
    public synchronized UUID directoryId() {
        return identity.directoryId();
    }

    /** The cluster that it belongs to, null before one is chosen. */
    public synchronized String clusterIdOrNull() {
        return identity.clusterIdOrNull();
    }

    /** Notes the cluster, durably; it can be set once. */
    public synchronized void setClusterId(final String clusterId) throws IOException {
        if (clusterId.equals(identity.clusterIdOrNull())) {
            return;
        }
        if (identity.clusterIdOrNull() != null) {
            throw new IllegalStateException(path + " belongs to cluster " + identity.clusterIdOrNull());
        }
        final DirectoryIdentity named = identity.withClusterId(clusterId);
        named.write(disk, path);
        identity = named;
    }

    /** True when the last user of the directory closed it in order. */
    public boolean wasCleanlyStopped() {
        return journal.recovered().cleanStop();
    }

    /**
     * How far the owner had noted that something of this name is durable, see {@link #witness}, when the directory was
     * opened; 0 for never.
     */
    public long witnessed(final String name) {
        return journal.recovered().witnesses().getOrDefault(name, 0L);
    }

    /**
     * Notes that something which the owner keeps beside the partitions is durable up to this index. The note is durable
     * with whatever is durable next here: a new partition, a recovery point, the clean stop. Does not block.
     */
    public void witness(final String name, final long index) throws LogStorageException {
        try {
            journal.witness(name, index);
        } catch (final IOException e) {
            throw new LogStorageException("the end of " + name + " can't be noted: " + e.getMessage(), e);
        }
    }

    /**
     * Takes partitions in, durably, with one force for all; those that are known already stay as they are. Saves the
     * force of each {@link #openPartition} when many are created. Blocks.
     *
     * @throws LogStorageException some may be in even so; whichever are not open can be opened or deleted again.
     */
    public synchronized void addPartitions(final Collection<TopicPartitionKey> keys) throws LogStorageException {
        requireWell();
        try {
            final TreeMap<PartitionId, TopicPartitionKey> added = new TreeMap<>();
            final TreeMap<PartitionId, PartitionState> adopted = new TreeMap<>();
            for (final TopicPartitionKey key : keys) {
                if (!known.containsKey(idOf(key)) && added.putIfAbsent(idOf(key), key) == null) {
                    removeNamesake(key);
                    if (directories.makeWay(key, idOf(key), this::isKnownTopic)) {
                        adopted.put(idOf(key), adopted(key));
                    }
                }
            }
            // Before the journal knows them: from then on whatever has their names is theirs.
            directories.forceNames();
            if (added.isEmpty()) {
                return;
            }
            for (final TopicPartitionKey key : added.values()) {
                journal.append(new JournalEntry.PartitionAdded(idOf(key), key.topic()));
                known.put(idOf(key), key);
                unopened.put(idOf(key), adopted.getOrDefault(idOf(key), fresh(key)));
            }
            for (final PartitionState state : adopted.values()) {
                journal.append(new JournalEntry.LogStart(state.id(), state.logStart()));
                halfway.add(state.id());
            }
            forceJournal();
            for (final TopicPartitionKey key : added.values()) {
                directories.create(key);
            }
            directories.forceNames();
        } catch (final IOException e) {
            throw new LogStorageException("partitions can't be added to " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * The log of this partition: found and recovered, or created. The topic id is durable when this returns. Blocks.
     * Different partitions may be opened by different threads at the same time. After a failure it may be tried again.
     *
     * @param shard where the log is used, and told about forces
     */
    public PartitionLog openPartition(final TopicPartitionKey key, final LogConfig logConfig, final Shard shard)
            throws LogStorageException {
        addPartitions(List.of(key));
        final PartitionId id = idOf(key);
        final PartitionState state;
        final boolean isSettled;
        synchronized (this) {
            state = unopened.remove(id);
            if (state == null) {
                throw new IllegalStateException(key + " is open already, or could not be deleted");
            }
            isSettled = wasCleanlyStopped() && !halfway.contains(id);
            halfway.add(id);
        }
        final LogRecovery recovery = new LogRecovery(disk, directories.pathOf(key), state, logConfig, clock.wallMs());
        PartitionLog log = null;
        boolean done = false;
        try {
            createMissing(key);
            recovery.run(isSettled);
            log = new PartitionLog(
                    key,
                    directories.pathOf(key),
                    new PartitionLog.Surroundings(disk, clock, journal, dataJournal, flusher, dirtyBytes, config),
                    logConfig,
                    shard,
                    state.logStart(),
                    recovery);
            if (recovery.hasChanged()) {
                log.noteRecovered(recovery.gone());
            }
            onWrittenBack(id, log);
            onOpened(id, log);
            done = true;
            return log;
        } catch (final IOException e) {
            throw new LogStorageException(
                    "partition " + key.directoryName() + " can't be opened: " + e.getMessage(), e);
        } finally {
            if (!done) {
                onNotOpened(id, state, recovery, log);
            }
        }
    }

    /**
     * Forgets the partition, durably, and deletes its files in the background. Its shard must not use the log any more.
     * Blocks shortly.
     */
    public synchronized void deletePartition(final TopicPartitionKey key) throws LogStorageException {
        final PartitionId id = idOf(key);
        requireNotClosed();
        if (!known.containsKey(id)) {
            return;
        }
        try {
            halfway.add(id);
            final PartitionLog log = open.remove(id);
            if (log != null) {
                log.abandon();
            }
            final Path aside = directories.moveAside(key, id);
            directories.forceNames();
            journal.append(new JournalEntry.PartitionRemoved(id));
            forceJournal();
            known.remove(id);
            unopened.remove(id);
            halfway.remove(id);
            noteRecovered(id);
            onWrittenBack(id, null);
            if (aside != null) {
                deleted.deleteInBackground(aside);
            }
        } catch (final IOException e) {
            throw new LogStorageException(
                    "partition " + key.directoryName() + " can't be deleted: " + e.getMessage(), e);
        }
    }

    /**
     * Makes new starts of logs durable, all by one force of the journal; each is at most its log's end. Blocks, on forces
     * of logs too whose start would be beyond what was forced. The logs adopt their starts afterwards, on their shards; one
     * that is closed or offline is left out, and adopts none.
     */
    public void makeStartsDurable(final Map<PartitionLog, Long> starts) throws LogStorageException {
        try {
            for (final Map.Entry<PartitionLog, Long> start : starts.entrySet()) {
                if (start.getKey().offlineReason() == null) {
                    noteStart(start.getKey(), start.getValue());
                }
            }
            journal.force();
        } catch (final IOException e) {
            flusher.fail(e);
            throw new LogStorageException("log starts can't be noted: " + e.getMessage(), e);
        }
    }

    /** A log that is closed at this very moment must not keep the others from their starts. */
    private static void noteStart(final PartitionLog log, final long start) throws IOException {
        try {
            log.noteStart(start);
        } catch (final LogOfflineException e) {
            LOG.debug("{} does not raise its start: {}", log.key().directoryName(), e.getMessage());
        }
    }

    /**
     * Makes durable how far the logs are durable, and what else the journal has not got yet: after a crash the less has
     * to be checked, and the less can be taken for torn that was not. Does nothing when the journal has it all. Blocks.
     */
    public void noteProgress() throws LogStorageException {
        final IOException cause = flusher.noteNow();
        if (cause != null) {
            throw new LogStorageException("the journal of " + path + " failed: " + cause.getMessage(), cause);
        }
    }

    /** True when {@link #noteProgress} has something to do. Safe for any thread. */
    public boolean isProgressUnnoted() {
        return flusher.hasUnnoted() || journal.hasPending() || dataJournal.isCheckpointDue();
    }

    /** The partitions that were found at start or created since, whether open or not. */
    public synchronized Collection<TopicPartitionKey> knownPartitions() {
        return List.copyOf(known.values());
    }

    /** The open logs. */
    public synchronized Collection<PartitionLog> partitions() {
        return List.copyOf(open.values());
    }

    /** True while more unforced bytes are about than the configuration allows: producers should wait. */
    public boolean isDirtyAboveMax() {
        return dirtyBytes.get() > config.dirtyBytesMax();
    }

    /** Appended bytes that are not forced yet. */
    public long dirtyBytes() {
        return dirtyBytes.get();
    }

    /** Forces of logs since the directory was opened. */
    public long forces() {
        return flusher.forces();
    }

    /** True while the data journal of the former run has something that was not forced in its log's files. */
    synchronized boolean hasWrittenBack() {
        return !writtenBack.isEmpty();
    }

    /** How often one of the data journal's files was made free since the directory was opened. */
    long dataJournalCheckpoints() {
        return dataJournal.checkpoints();
    }

    /** What ended the directory, null while it is well. */
    public IOException failure() {
        return flusher.failure();
    }

    /**
     * Tells the listener what ends the directory from now on, on the thread that found out; it must not block. Whoever
     * calls this looks at {@link #failure()} afterwards.
     */
    public void onFailure(final Consumer<IOException> listener) {
        flusher.register(new FailureWatch(listener));
    }

    /**
     * Stops in order: forces everything and releases the lock. The stop is a clean one, after which nothing is checked, when
     * that is known of every partition: one that this run did not come to stays as the former run left it. When a log can't
     * be closed in order the others are nevertheless, and the first failure is thrown in the end. No shard may use a log any
     * more. Blocks.
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        flusher.close();
        dataJournal.stop();
        try {
            boolean allWell = flusher.failure() == null && unrecovered.isEmpty() && halfway.isEmpty();
            final List<AutoCloseable> logs = new ArrayList<>();
            for (final PartitionLog log : open.values()) {
                allWell &= log.offlineReason() == null;
                logs.add(log::closeCleanly);
            }
            CloseHelper.closeAll(logs);
            directories.forceNames();
            // Asked again: what happened while the logs closed counts too.
            if (allWell && flusher.failure() == null) {
                dataJournal.noteStopped();
                journal.markCleanStop();
            }
        } finally {
            dataJournal.close();
            journal.close();
            unlock(lock);
        }
    }

    private synchronized void begin(final FoundFrames found) throws IOException {
        for (final PartitionState state : journal.recovered().partitions().values()) {
            final TopicPartitionKey key = new TopicPartitionKey(
                    state.topic(), state.id().partition(), state.id().topicId());
            known.put(state.id(), key);
            unopened.put(state.id(), state);
            if (!wasCleanlyStopped()) {
                unrecovered.add(state.id());
            }
        }
        if (!wasCleanlyStopped()) {
            // A killed process may have left names that are not durable yet.
            disk.forceDirectory(path);
        }
        // A deletion that the former run began is finished.
        for (final Path aside : deleted.found()) {
            final PartitionId id = deleted.idOf(aside);
            if (id != null && known.remove(id) != null) {
                unopened.remove(id);
                unrecovered.remove(id);
                journal.append(new JournalEntry.PartitionRemoved(id));
            }
        }
        writtenBack.putAll(found.writeBack(
                journal.recovered(),
                journal,
                state -> known.containsKey(state.id()) ? directories.pathOf(known.get(state.id())) : null));
        unopened.putAll(found.lost());
        if (writtenBack.isEmpty()) {
            dataJournal.noteRecovered();
        }
        if (unrecovered.isEmpty()) {
            journal.markRecovered();
        } else {
            journal.force();
        }
        if (writtenBack.isEmpty()) {
            dataJournal.enable();
        }
        for (final Path aside : deleted.found()) {
            deleted.deleteInBackground(aside);
        }
    }

    private void onCheckpointFailed(final IOException cause) {
        flusher.fail(cause);
    }

    /**
     * What the former run left of this partition in the data journal is in its files, durably, or of no use any more.
     *
     * @param logOrNull null for a partition that is gone, or can't be opened
     */
    private synchronized void onWrittenBack(final PartitionId id, final PartitionLog logOrNull) throws IOException {
        final Long end = writtenBack.get(id);
        if (end == null) {
            return;
        }
        if (logOrNull != null && logOrNull.endOffset() < end) {
            LOG.error(
                    "{} was durable up to offset {} and ends at {}: its files were damaged before",
                    logOrNull.key().directoryName(),
                    end,
                    logOrNull.endOffset());
            // At once: its frames in the data journal must not come over what is appended now.
            logOrNull.noteRecovered(List.of());
            forceJournal();
        }
        writtenBack.remove(id);
        if (writtenBack.isEmpty()) {
            dataJournal.noteRecovered();
            forceJournal();
            enableDataJournal();
        }
    }

    /** Nobody would do it again: what keeps it from opening ends the directory, like any force that fails. */
    private void enableDataJournal() throws IOException {
        try {
            dataJournal.enable();
        } catch (final IOException e) {
            flusher.fail(e);
            throw e;
        } catch (final RuntimeException e) {
            flusher.fail(new IOException("the data journal met a fault: " + e, e));
            throw e;
        }
    }

    private boolean isKnownTopic(final UUID topicId) {
        return known.values().stream().anyMatch(key -> key.topicId().equals(topicId));
    }

    /**
     * The state of a partition that is here and that the journal knows nothing of: its newest frame went bad after it was
     * durable, and looked torn. All of the log is checked then.
     */
    private PartitionState adopted(final TopicPartitionKey key) throws IOException {
        final long start = disk.list(directories.pathOf(key)).stream()
                .mapToLong(SegmentNames::baseOffsetOf)
                .filter(base -> base >= 0)
                .min()
                .orElse(0);
        LOG.warn(
                "{} is here, and the journal has lost it: its log is checked from offset {} on",
                key.directoryName(),
                start);
        return new PartitionState(
                idOf(key), key.topic(), start, start, 0, 0, List.of(), -1, ByteBuffer.allocate(0), List.of());
    }

    /** The same name under another topic id: that topic was deleted and created anew while this directory was away. */
    private void removeNamesake(final TopicPartitionKey key) throws LogStorageException {
        for (final TopicPartitionKey other : List.copyOf(known.values())) {
            if (other.partition() == key.partition() && other.topic().equals(key.topic())) {
                LOG.warn("{} was of topic id {}, which {} has replaced", key.directoryName(), other.topicId(), key);
                deletePartition(other);
            }
        }
    }

    /** What an addition that failed half way did not come to. */
    private synchronized void createMissing(final TopicPartitionKey key) throws IOException {
        directories.create(key);
        directories.forceNames();
    }

    private synchronized void onOpened(final PartitionId id, final PartitionLog log) throws IOException {
        // The log is in the flusher's list by now: of a failure that comes later it is told.
        requireWell();
        noteRecovered(id);
        halfway.remove(id);
        open.put(id, log);
    }

    private void onNotOpened(
            final PartitionId id, final PartitionState state, final LogRecovery recovery, final PartitionLog log) {
        synchronized (this) {
            unopened.put(id, state);
        }
        try {
            if (log == null) {
                recovery.abandon();
            } else {
                log.abandon();
            }
            forceWrittenBack(id);
        } catch (final IOException e) {
            LOG.warn("files of a partition that can't be opened can't be closed either: {}", e.getMessage());
        }
    }

    /** One log that can't be opened must not keep the others from the data journal. */
    private synchronized void forceWrittenBack(final PartitionId id) throws IOException {
        if (!writtenBack.containsKey(id)) {
            return;
        }
        final Path of = directories.pathOf(known.get(id));
        if (disk.isDirectory(of)) {
            for (final String name : disk.list(of)) {
                if (SegmentNames.baseOffsetOf(name) >= 0) {
                    try (DiskFile file = disk.open(of.resolve(name), false)) {
                        file.force();
                    }
                }
            }
        }
        onWrittenBack(id, null);
    }

    private void noteRecovered(final PartitionId id) throws IOException {
        if (unrecovered.remove(id) && unrecovered.isEmpty()) {
            try {
                journal.markRecovered();
            } catch (final IOException e) {
                flusher.fail(e);
                throw e;
            }
        }
    }

    /** A journal that failed takes nothing any more, so no recovery point would move and no partition could come or go. */
    private void forceJournal() throws IOException {
        try {
            journal.force();
        } catch (final IOException e) {
            flusher.fail(e);
            throw e;
        }
    }

    private void requireNotClosed() throws LogOfflineException {
        if (closed) {
            throw new LogOfflineException(path + " is closed", null);
        }
    }

    private void requireWell() throws LogOfflineException {
        requireNotClosed();
        final IOException cause = flusher.failure();
        if (cause != null) {
            throw new LogOfflineException(path + " is offline: " + cause.getMessage(), cause);
        }
    }

    /**
     * Creates a directory and its missing parents, durably, from the top down. The deepest one that is there may be what
     * a killed process left without a force, so its name is forced as well.
     */
    private static void create(final Disk disk, final Path path) throws IOException {
        final Path absolute = path.toAbsolutePath();
        Path there = absolute;
        while (there.getParent() != null && !disk.exists(there)) {
            there = there.getParent();
        }
        if (there.getParent() != null) {
            disk.forceDirectory(there.getParent());
        }
        for (int depth = there.getNameCount(); depth < absolute.getNameCount(); depth++) {
            final Path parent =
                    depth == 0 ? absolute.getRoot() : absolute.getRoot().resolve(absolute.subpath(0, depth));
            disk.createDirectories(parent.resolve(absolute.getName(depth)));
            disk.forceDirectory(parent);
        }
    }

    private static PartitionState fresh(final TopicPartitionKey key) {
        return new PartitionState(idOf(key), key.topic(), 0, 0, 0, 0, List.of(), -1, ByteBuffer.allocate(0), List.of());
    }

    private static PartitionId idOf(final TopicPartitionKey key) {
        return new PartitionId(key.topicId(), key.partition());
    }

    private static void requireOurs(
            final Path path, final DirectoryIdentity identity, final int nodeId, final String clusterIdOrNull)
            throws LogDirectoryException {
        if (identity == null) {
            return;
        }
        if (identity.nodeId() != nodeId) {
            throw new LogDirectoryException(
                    "data directory " + path + " belongs to node " + identity.nodeId() + ", this is node " + nodeId);
        }
        final String present = identity.clusterIdOrNull();
        if (clusterIdOrNull != null && present != null && !present.equals(clusterIdOrNull)) {
            throw new LogDirectoryException(
                    "data directory " + path + " belongs to cluster " + present + ", this is " + clusterIdOrNull);
        }
    }

    private static void unlock(final AutoCloseable lock) throws IOException {
        try {
            lock.close();
        } catch (final IOException e) {
            throw e;
        } catch (final Exception e) {
            throw new IOException("the lock can't be released: " + e.getMessage(), e);
        }
    }
}
