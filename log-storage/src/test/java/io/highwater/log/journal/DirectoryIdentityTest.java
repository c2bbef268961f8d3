package io.highwater.log.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.port.ProcessKilled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose directory it is, and that a stranger's is left alone. */
class DirectoryIdentityTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("meta.properties");
    private static final UUID ID = new UUID(0x0102030405060708L, 0x090A0B0C0D0E0F10L);

    @Test
    void aMissingOrEmptyDirectoryHasNone() throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(1);
        assertNull(DirectoryIdentity.read(disk, DIRECTORY.resolve("no")));
        assertNull(DirectoryIdentity.read(disk, DIRECTORY));
        disk.tryLock(DIRECTORY.resolve(".lock"));
        Journal.open(disk, DIRECTORY, true);
        assertNull(DirectoryIdentity.read(disk, DIRECTORY));
    }

    @Test
    void isWrittenInTheEcosystemsForm() throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(1);
        new DirectoryIdentity("c1", 7, ID).write(disk, DIRECTORY);
        assertEquals(
                "version=1\ncluster.id=c1\nnode.id=7\ndirectory.id=AQIDBAUGBwgJCgsMDQ4PEA\nhighwater.layout=2\n",
                text(disk));
        assertEquals(new DirectoryIdentity("c1", 7, ID), DirectoryIdentity.read(disk, DIRECTORY));
    }

    @Test
    void maySayItsClusterLater() throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(1);
        final DirectoryIdentity first = new DirectoryIdentity(null, 7, ID);
        first.write(disk, DIRECTORY);
        assertEquals(first, DirectoryIdentity.read(disk, DIRECTORY));
        first.withClusterId("c1").write(disk, DIRECTORY);
        disk.crash();
        assertEquals("c1", DirectoryIdentity.read(disk, DIRECTORY).clusterIdOrNull());
    }

    @Test
    void aCrashWhileWritingLeavesTheOldOrTheNew() throws IOException {
        for (int crashAt = 0; crashAt < 6; crashAt++) {
            final SimulatedDisk disk = JournalTest.newDisk(crashAt);
            final DirectoryIdentity before = new DirectoryIdentity(null, 7, ID);
            before.write(disk, DIRECTORY);
            final long last = disk.operations() + crashAt;
            disk.beforeEach((operation, path) -> {
                if (disk.operations() > last) {
                    disk.beforeEach((o, p) -> {});
                    disk.crash();
                }
            });
            final DirectoryIdentity after = before.withClusterId("c1");
            try {
                after.write(disk, DIRECTORY);
            } catch (final ProcessKilled e) {
                assertNotNull(e.getMessage());
            }
            final DirectoryIdentity found = DirectoryIdentity.read(disk, DIRECTORY);
            assertTrue(before.equals(found) || after.equals(found), String.valueOf(found));
        }
    }

    @Test
    void refusesAnotherNodesAndAnotherClustersDirectory() throws IOException {
        final DirectoryIdentity identity = new DirectoryIdentity("c1", 7, ID);
        identity.requireOwner(DIRECTORY, 7, null);
        identity.requireOwner(DIRECTORY, 7, "c1");
        identity.withClusterId(null).requireOwner(DIRECTORY, 7, "c2");
        assertReason(Reason.FOREIGN_NODE, () -> identity.requireOwner(DIRECTORY, 8, "c1"));
        assertReason(Reason.FOREIGN_CLUSTER, () -> identity.requireOwner(DIRECTORY, 7, "c2"));
    }

    @Test
    void refusesStrangersOlderNewerAndDamagedDirectoriesByName() throws IOException {
        final String rest = "node.id=1\ndirectory.id=AQIDBAUGBwgJCgsMDQ4PEA\n";
        assertRefused(Reason.FOREIGN_LAYOUT, "version=1\n" + rest);
        assertRefused(Reason.FOREIGN_LAYOUT, "");
        assertRefused(Reason.OLDER_FORMAT, "version=1\nhighwater.layout=0\n" + rest);
        assertRefused(Reason.OLDER_FORMAT, "version=1\nhighwater.layout=1\n" + rest);
        assertRefused(Reason.NEWER_FORMAT, "version=1\nhighwater.layout=3\n" + rest);
        assertRefused(Reason.NEWER_FORMAT, "version=2\nhighwater.layout=2\n" + rest);
        assertRefused(Reason.DAMAGED, "version=1\nhighwater.layout=x\n" + rest);
        assertRefused(Reason.DAMAGED, "version=1\nhighwater.layout=2\nnode.id=1\n");
        assertRefused(Reason.DAMAGED, "version=1\nhighwater.layout=2\nnode.id=1\ndirectory.id=AQID\n");
        assertRefused(Reason.DAMAGED, "version=1\nhighwater.layout=2\nnode.id=1\ndirectory.id=???\n");
        assertRefused(Reason.DAMAGED, "version=1\nhighwater.layout=2\ndirectory.id=AQIDBAUGBwgJCgsMDQ4PEA\n");
        assertRefused(Reason.DAMAGED, "version=\\u00zz\n");
    }

    @Test
    void refusesADirectoryThatHoldsOtherThings() throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(1);
        disk.createDirectories(DIRECTORY.resolve("topic-0"));
        assertReason(Reason.FOREIGN_LAYOUT, () -> DirectoryIdentity.read(disk, DIRECTORY));
    }

    private static void assertRefused(final Reason reason, final String content) throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(1);
        try (DiskFile file = disk.open(FILE, true)) {
            file.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
        }
        assertReason(reason, () -> DirectoryIdentity.read(disk, DIRECTORY));
    }

    private static void assertReason(final Reason reason, final org.junit.jupiter.api.function.Executable call) {
        final DirectoryRefusedException e = assertThrows(DirectoryRefusedException.class, call);
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().startsWith("/data"), e.getMessage());
    }

    private static String text(final SimulatedDisk disk) throws IOException {
        try (DiskFile file = disk.open(FILE, false)) {
            final ByteBuffer bytes = ByteBuffer.allocate((int) file.sizeBytes());
            file.read(bytes, 0);
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
    }
}
