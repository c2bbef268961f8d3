package io.highwater.log.disk;

import io.highwater.port.ProcessKilled;
import io.highwater.port.RandomSource;
import io.highwater.port.SeededRandom;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.Trace;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * A disk in memory that keeps only what it was forced to keep. The page cache and the device are two images:
 *
 * <ul>
 *   <li>{@link #crash()} (power loss): each dirty sector of 512 bytes reached the device or not, each unforced size change
 *       too, and of each directory's unforced changes some prefix; all by the seed. A new boot id.
 *   <li>{@link #kill()} (process death): the cache survives; handles and locks are gone, and using one throws
 *       {@link ProcessKilled}.
 *   <li>A failed force leaves its sectors undecided for ever: some reached the device, and no later force helps the rest.
 *   <li>{@link #fail} injects errors, {@link #setCapacityBytes} makes the disk full, {@link #flipBit} rots a bit,
 *       {@link #beforeEach} sees every operation first and may crash or kill in it.
 * </ul>
 *
 * Every operation is traced with its result. Confined to the thread of the simulation, which is why nothing is locked.
 */
public final class SimulatedDisk implements Disk {
    private final TreeMap<String, Integer> locks = new TreeMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final SimulatedDirectory root = new SimulatedDirectory(0);
    private final String name;
    private final RandomSource random;
    private final Trace trace;
    private long nextNodeId = 1;
    private long capacityBytes = Long.MAX_VALUE;
    private String bootId;
    /** Rises with each death of the process; handles of an earlier one are dead. */
    private int incarnation;

    private long operations;
    /** Handles of the present incarnation that were not closed. */
    private int openFiles;

    private boolean refusesWriteThrough;

    private OperationListener listener = (operation, path) -> {};

    /** Sees an operation before it happens. */
    @FunctionalInterface
    public interface OperationListener {
        /** May call {@link SimulatedDisk#crash()} or {@link SimulatedDisk#kill()}: then the operation does not happen. */
        void before(DiskOperation operation, Path path);
    }

    private static final class Fault {
        private final DiskOperation operation;
        private final String pathPart;
        private int timesLeft;

        Fault(final DiskOperation operation, final String pathPart, final int times) {
            this.operation = operation;
            this.pathPart = pathPart;
            this.timesLeft = times;
        }
    }

    /** An empty disk whose chances come from {@code random}, told to the trace under this name. */
    public SimulatedDisk(final String name, final RandomSource random, final Trace trace) {
        this.name = name;
        this.random = random;
        this.trace = trace;
        this.bootId = random.nextUuid().toString();
    }

    /** An empty disk on its own. */
    public SimulatedDisk(final long seed) {
        this("disk", new SeededRandom(seed), new Trace());
    }

    /** This disk as one process uses it: when that is killed, each further call ends its task. */
    public Disk of(final SimulatedProcess process) {
        return new ProcessDisk(this, process);
    }

    /** The power goes, and with it the process. */
    public void crash() {
        incarnation++;
        openFiles = 0;
        locks.clear();
        for (final SimulatedNode node : nodes()) {
            node.crash(random);
        }
        bootId = random.nextUuid().toString();
        trace.event(name + " crash");
    }

    /** The process goes; the machine stays. */
    public void kill() {
        incarnation++;
        openFiles = 0;
        locks.clear();
        for (final SimulatedNode node : nodes()) {
            if (node instanceof SimulatedFile file) {
                file.dropRegions();
            }
        }
        trace.event(name + " kill");
    }

    /**
     * The next {@code times} operations of this kind on a path that contains {@code pathPart} fail with an IOException. A
     * failed write may have written a part, a failed force may have persisted a part.
     */
    public void fail(final DiskOperation operation, final String pathPart, final int times) {
        faults.add(new Fault(operation, pathPart, times));
    }

    /** No more injected errors; what they did stays. */
    public void heal() {
        faults.clear();
    }

    /** All files together may hold this many bytes; writing beyond fails as on a full disk. */
    public void setCapacityBytes(final long bytes) {
        capacityBytes = bytes;
    }

    /** From here on {@link DiskFile#tryWriteThrough} finds that there is no such thing. */
    public void refuseWriteThrough() {
        refusesWriteThrough = true;
    }

    boolean refusesWriteThrough() {
        return refusesWriteThrough;
    }

    /** Turns one bit of a file, in the cache and on the device. */
    public void flipBit(final Path path, final long position, final int bit) throws IOException {
        file(path).flip((int) position, bit);
        trace.event(name + " flip " + path, position, bit);
    }

    /** Place of a file's last byte that is not zero: what was written ends there, the space ahead of it does not. */
    public int lastByteOf(final Path path) throws IOException {
        try (DiskFile file = open(path, false)) {
            final ByteBuffer bytes = ByteBuffer.allocate((int) file.sizeBytes());
            file.read(bytes, 0);
            int at = bytes.position() - 1;
            while (bytes.get(at) == 0) {
                at--;
            }
            return at;
        }
    }

    /** Whoever listens is told of each operation first; replaces the former one. */
    public void beforeEach(final OperationListener newListener) {
        listener = newListener;
    }

    /** Operations until now, refused ones included. */
    public long operations() {
        return operations;
    }

    /** Files that the process has open, each counted as often as it was opened. */
    public int openFiles() {
        return openFiles;
    }

    /** Live mappings of all files that still have a name. */
    public int mappedRegions() {
        int mapped = 0;
        for (final SimulatedNode node : nodes()) {
            mapped += node instanceof SimulatedFile file ? file.mappedRegions() : 0;
        }
        return mapped;
    }

    /** Sectors of the file that a crash now would decide upon. */
    public int dirtySectors(final Path path) throws IOException {
        return file(path).dirtySectors();
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public boolean exists(final Path path) {
        return find(path) != null;
    }

    @Override
    public boolean isDirectory(final Path path) {
        return find(path) instanceof SimulatedDirectory;
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        begin(DiskOperation.CREATE_DIRECTORY, directory);
        SimulatedDirectory at = root;
        for (final Path part : directory.normalize()) {
            final SimulatedNode child = at.get(part.toString());
            if (child == null) {
                final SimulatedDirectory created = new SimulatedDirectory(nextNodeId++);
                at.put(part.toString(), created);
                at = created;
            } else if (child instanceof SimulatedDirectory existing) {
                at = existing;
            } else {
                throw new NotDirectoryException(directory.toString());
            }
        }
    }

    @Override
    public List<String> list(final Path directory) throws IOException {
        begin(DiskOperation.LIST, directory);
        return directory(directory).list();
    }

    @Override
    public DiskFile open(final Path path, final boolean create) throws IOException {
        begin(DiskOperation.OPEN, path);
        if (create && find(path) == null) {
            parent(path).put(lastName(path), new SimulatedFile(nextNodeId++));
        }
        final SimulatedHandle opened = new SimulatedHandle(this, path, file(path), incarnation);
        openFiles++;
        return opened;
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        begin(DiskOperation.RENAME, from);
        final SimulatedDirectory parent = parent(from);
        if (parent != parent(to)) {
            throw new IOException("rename from one directory to another: " + from + " to " + to);
        }
        if (parent.get(lastName(from)) == null) {
            throw new NoSuchFileException(from.toString());
        }
        if (parent.get(lastName(to)) instanceof SimulatedDirectory target && !target.isEmpty()) {
            throw new DirectoryNotEmptyException(to.toString());
        }
        if (!lastName(from).equals(lastName(to))) {
            parent.rename(lastName(from), lastName(to));
        }
    }

    @Override
    public void delete(final Path path) throws IOException {
        begin(DiskOperation.DELETE, path);
        final SimulatedNode node = find(path);
        if (node == null) {
            return;
        }
        if (node instanceof SimulatedDirectory directory && !directory.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        parent(path).remove(lastName(path));
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        begin(DiskOperation.FORCE_DIRECTORY, directory);
        directory(directory).force();
    }

    @Override
    public long totalBytes(final Path directory) {
        return capacityBytes;
    }

    @Override
    public long usableBytes(final Path directory) {
        return capacityBytes == Long.MAX_VALUE ? capacityBytes : Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public Closeable tryLock(final Path lockFile) throws IOException {
        begin(DiskOperation.LOCK, lockFile);
        if (find(lockFile) == null) {
            parent(lockFile).put(lastName(lockFile), new SimulatedFile(nextNodeId++));
        }
        final String key = lockFile.normalize().toString();
        if (locks.putIfAbsent(key, incarnation) != null) {
            return null;
        }
        final int holder = incarnation;
        return () -> locks.remove(key, holder);
    }

    /** Tells, lets the listener act, and fails if a fault says so. */
    void begin(final DiskOperation operation, final Path path) throws IOException {
        if (takeFault(operation, path)) {
            throw inputOutputError(path);
        }
    }

    /** The same, for operations that leave something half done when they fail. */
    boolean takeFault(final DiskOperation operation, final Path path) {
        operations++;
        trace.event(name + ' ' + operation + ' ' + path);
        final int before = incarnation;
        listener.before(operation, path);
        requireIncarnation(before);
        for (final Fault fault : faults) {
            if (fault.timesLeft > 0
                    && fault.operation == operation
                    && path.toString().contains(fault.pathPart)) {
                fault.timesLeft--;
                trace.event(name + " fault " + operation + ' ' + path);
                return true;
            }
        }
        return false;
    }

    void requireIncarnation(final int expected) {
        if (incarnation != expected) {
            throw new ProcessKilled(name + "'s user " + expected);
        }
    }

    void onClosed(final int handlesIncarnation) {
        if (handlesIncarnation == incarnation) {
            openFiles--;
        }
    }

    static IOException inputOutputError(final Path path) {
        return new IOException(path + ": Input/output error");
    }

    /** How much of a growth by {@code bytes} fits. */
    long grantable(final long bytes) {
        return Math.min(bytes, usableBytes(null));
    }

    RandomSource random() {
        return random;
    }

    Trace trace() {
        return trace;
    }

    String name() {
        return name;
    }

    private long usedBytes() {
        long used = 0;
        for (final SimulatedNode node : nodes()) {
            if (node instanceof SimulatedFile file) {
                used += file.size();
            }
        }
        return used;
    }

    private SimulatedNode find(final Path path) {
        SimulatedNode at = root;
        for (final Path part : path.normalize()) {
            at = at instanceof SimulatedDirectory directory ? directory.get(part.toString()) : null;
        }
        return at;
    }

    private SimulatedFile file(final Path path) throws IOException {
        final SimulatedNode node = find(path);
        if (node instanceof SimulatedFile file) {
            return file;
        }
        throw node == null
                ? new NoSuchFileException(path.toString())
                : new FileNotFoundException(path + ": Is a directory");
    }

    private SimulatedDirectory directory(final Path path) throws IOException {
        final SimulatedNode node = find(path);
        if (node instanceof SimulatedDirectory directory) {
            return directory;
        }
        throw node == null ? new NoSuchFileException(path.toString()) : new NotDirectoryException(path.toString());
    }

    private SimulatedDirectory parent(final Path path) throws IOException {
        final Path parent = path.normalize().getParent();
        return parent == null ? root : directory(parent);
    }

    private static String lastName(final Path path) {
        return String.valueOf(path.normalize().getFileName());
    }

    /** All nodes that have a name in the cache or on the device, each once, in a fixed order. */
    private Set<SimulatedNode> nodes() {
        final Set<SimulatedNode> found = new LinkedHashSet<>();
        root.collect(found);
        return found;
    }
}
