package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.epoch.LeaderEpochs.EpochStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * The two text files beside a log that people and stock tools read. Both are derived from the journal, replaced by a
 * rename, never forced and never believed.
 *
 * <pre>
 *   partition.metadata            leader-epoch-checkpoint
 *     version: 0                    0                        version
 *     topic_id: (URL base64)        2                        number of epochs
 *                                   0 0                      epoch, start offset
 *                                   3 1042
 * </pre>
 *
 * <p>Safe for any thread as long as one at a time writes the files of a log.
 */
final class DerivedFiles {
    static final String PARTITION_METADATA = "partition.metadata";
    static final String EPOCH_CHECKPOINT = "leader-epoch-checkpoint";

    private DerivedFiles() {}

    static String partitionMetadata(final UUID topicId) {
        final byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .array();
        return "version: 0\ntopic_id: "
                + Base64.getUrlEncoder().withoutPadding().encodeToString(id) + "\n";
    }

    static String epochCheckpoint(final List<EpochStart> epochs) {
        final StringBuilder text =
                new StringBuilder("0\n").append(epochs.size()).append('\n');
        for (final EpochStart start : epochs) {
            text.append(start.epoch()).append(' ').append(start.startOffset()).append('\n');
        }
        return text.toString();
    }

    static void write(final Disk disk, final Path directory, final String name, final String text) throws IOException {
        final Path temporary = directory.resolve(name + ".tmp");
        disk.delete(temporary);
        try (DiskFile file = disk.open(temporary, true)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
        }
        disk.rename(temporary, directory.resolve(name));
    }
}
