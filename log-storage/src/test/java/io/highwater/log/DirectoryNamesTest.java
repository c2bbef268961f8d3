package io.highwater.log;

import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.FileDisk;
import io.highwater.log.journal.DirectoryIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No partition's directory has, or can have, a name that the data directory uses for something else. */
final class DirectoryNamesTest {
    private static final String LONGEST_TOPIC = "t".repeat(249);

    @TempDir
    private Path root;

    private Path data;
    private LogFixture fixture;

    @BeforeEach
    void open() throws Exception {
        data = root.resolve("data");
        fixture = new LogFixture(FileDisk.open(), data, LogConfig.DEFAULT).open();
    }

    private static TopicPartitionKey key(final String topic, final int partition) {
        return new TopicPartitionKey(topic, partition, UUID.nameUUIDFromBytes(topic.getBytes(StandardCharsets.UTF_8)));
    }

    /** Every name beside the partitions, also those that are only there for a while or are another module's. */
    private TreeSet<String> namesInUse() throws Exception {
        final Disk disk = fixture.disk;
        Files.createDirectory(data.resolve("foreign-0"));
        fixture.directory.addPartitions(List.of(key("foreign", 0), key("gone", 0)));
        fixture.directory.deletePartition(key("gone", 0));
        fixture.directory.deletePartition(key("foreign", 0));
        final TreeSet<String> names = new TreeSet<>(disk.list(data));
        names.remove("orders-0");
        names.addAll(DirectoryIdentity.EXPECTED_BEFORE);
        return names;
    }

    @Test
    void noNameInUseIsLikeAPartitions() throws Exception {
        final TreeSet<String> names = namesInUse();
        // Lock, identity and its successor, two of the journal, core, lost+found, a foreign one, two deleted ones.
        assertEquals(10, names.size(), names::toString);
        for (final String name : names) {
            assertFalse(name.matches(".*-[0-9]+"), name);
        }
    }

    @Test
    void topicsCalledLikeTheNamesInUseDoNoHarm() throws Exception {
        final TreeSet<String> topics = namesInUse();
        topics.addAll(List.of("journal", "meta", "core", "foreign", "lock", ".lock", "lost", "orders-0"));
        for (final String topic : topics) {
            for (int partition = 0; partition < 2; partition++) {
                final PartitionLog log =
                        fixture.directory.openPartition(key(topic, partition), LogConfig.DEFAULT, fixture.shard);
                log.append(batch("a", 3, 1), 0, -1);
            }
        }
        fixture.append(batch("mine", 2, 1));
        fixture = fixture.reopenCleanly();
        assertEquals(2, fixture.log.endOffset());
        for (final String topic : topics) {
            for (int partition = 0; partition < 2; partition++) {
                final PartitionLog log =
                        fixture.directory.openPartition(key(topic, partition), LogConfig.DEFAULT, fixture.shard);
                assertEquals(3, log.endOffset(), topic);
            }
        }
        fixture.directory.close();
    }

    @Test
    void theLongestNameCanBeCreatedReplacedAndDeleted() throws Exception {
        final TopicPartitionKey longest = key(LONGEST_TOPIC, 99_999);
        assertEquals(255, longest.directoryName().length());
        Files.createDirectory(data.resolve(longest.directoryName()));
        fixture.directory.openPartition(longest, LogConfig.DEFAULT, fixture.shard);
        fixture.directory.deletePartition(longest);
        fixture.settle();
        assertEquals(
                List.of(".lock", "journal.0", "journal.1", "meta.properties", "orders-0"), fixture.disk.list(data));
        fixture.directory.close();
    }

    @Test
    void aNameThatIsTooLongIsRefusedBeforeAnythingIsNoted() throws Exception {
        final TopicPartitionKey tooLong = key(LONGEST_TOPIC, 100_000);
        final LogStorageException e = assertThrows(
                LogStorageException.class,
                () -> fixture.directory.openPartition(tooLong, LogConfig.DEFAULT, fixture.shard));
        assertTrue(e.getMessage().contains("has 256"), e.getMessage());
        assertFalse(fixture.directory.knownPartitions().contains(tooLong));
        fixture.directory.close();
        assertTrue(fixture.reopen().directory.wasCleanlyStopped());
    }

    @Test
    void onlyDirectoriesAreMovedOrDeleted() throws Exception {
        final Path file = Files.writeString(data.resolve("thesis-0"), "three years of work");
        final Path aside = Files.writeString(data.resolve(new UUID(1, 2) + "-0.deleted"), "notes");
        final Path kept = Files.createDirectory(data.resolve("old.deleted"));
        Files.writeString(kept.resolve("letters"), "dear");
        assertThrows(
                LogStorageException.class,
                () -> fixture.directory.openPartition(key("thesis", 0), LogConfig.DEFAULT, fixture.shard));
        assertFalse(fixture.directory.knownPartitions().contains(key("thesis", 0)));
        fixture = fixture.reopenCleanly();
        fixture.settle();
        assertEquals("three years of work", Files.readString(file));
        assertEquals("notes", Files.readString(aside));
        assertEquals("dear", Files.readString(kept.resolve("letters")));
        fixture.directory.close();
    }

    @Test
    void aDirectoryWithTheFormerNamesIsRefusedInOneLine() throws Exception {
        fixture.directory.close();
        final Path identity = data.resolve("meta.properties");
        Files.writeString(identity, Files.readString(identity).replace("highwater.layout=2", "highwater.layout=1"));
        Files.move(data.resolve("journal.0"), data.resolve("journal-0"));
        Files.move(data.resolve("journal.1"), data.resolve("journal-1"));
        final LogDirectoryException e = assertThrows(LogDirectoryException.class, () -> fixture.restart());
        assertEquals(
                identity + " has highwater.layout=1, this version of Highwater reads and writes 2", e.getMessage());
        assertEquals(
                List.of(".lock", "journal-0", "journal-1", "meta.properties", "orders-0"), fixture.disk.list(data));
    }
}
