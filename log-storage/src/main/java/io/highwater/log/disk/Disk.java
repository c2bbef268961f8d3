package io.highwater.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Directories and files. Names are absolute or relative paths of the default file system, also in the simulation.
 * Creating, renaming and deleting a name is durable only once its directory was forced.
 *
 * <p>Safe for any thread.
 */
public interface Disk {
    /** Changes when the machine (not the process) restarted: tells process death from power loss. */
    String bootId();

    /** True when a file or directory has this name; fails when the system can't tell. */
    boolean exists(Path path) throws IOException;

    /** True when a directory has this name; fails when the system can't tell. */
    boolean isDirectory(Path path) throws IOException;

    /** Creates the directory and its missing parents; nothing happens when it exists. */
    void createDirectories(Path directory) throws IOException;

    /** The names in a directory, sorted, without the directory's own. */
    List<String> list(Path directory) throws IOException;

    /** Opens for reading and writing; {@code create} makes an empty file where none is. */
    DiskFile open(Path path, boolean create) throws IOException;

    /** Gives a new name in the same directory, replacing the target if it exists, in one step. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty directory; nothing happens when there is none. */
    void delete(Path path) throws IOException;

    /** Makes creations, renames and deletions of names in this directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** Bytes of the file system that holds the directory. */
    long totalBytes(Path directory) throws IOException;

    /** Bytes that can still be written to the file system that holds the directory. */
    long usableBytes(Path directory) throws IOException;

    /**
     * Takes the exclusive lock that this file stands for, creating it if missing.
     *
     * @return the lock, to be closed, or null when another process (or another caller in this one) holds it.
     */
    Closeable tryLock(Path lockFile) throws IOException;
}
