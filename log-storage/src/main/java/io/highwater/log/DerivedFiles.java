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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two text files beside a log that people and stock tools read. Both are derived from the journal, replaced by a
 * rename and never forced. Neither is believed, but where the topic's id is another one than the journal's, the directory
 * is not the one it is taken for.
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

    /** 16 bytes. */
    private static final Pattern TOPIC_ID = Pattern.compile("(?m)^topic_id: ([A-Za-z0-9_-]{22})$");

    /** Far more than any of the files of {@link #PARTITION_METADATA} has. */
    private static final int METADATA_BYTES_MAX = 1_024;

    private DerivedFiles() {}

    static String partitionMetadata(final UUID topicId) {
        final byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .array();
        return "version: 0\ntopic_id: "
                + Base64.getUrlEncoder().withoutPadding().encodeToString(id) + "\n";
    }

    /** The topic id of a {@link #partitionMetadata} text; null when it is something else, as after a loss of power. */
    static UUID topicIdOrNull(final String partitionMetadata) {
        final Matcher matcher = TOPIC_ID.matcher(partitionMetadata);
        if (!matcher.find()) {
            return null;
        }
        final ByteBuffer id = ByteBuffer.wrap(Base64.getUrlDecoder().decode(matcher.group(1)));
        return new UUID(id.getLong(), id.getLong());
    }

    static String epochCheckpoint(final List<EpochStart> epochs) {
        final StringBuilder text =
                new StringBuilder("0\n").append(epochs.size()).append('\n');
        for (final EpochStart start : epochs) {
            text.append(start.epoch()).append(' ').append(start.startOffset()).append('\n');
        }
        return text.toString();
    }

    /** The text of the file; empty when there is none. */
    static String readMetadata(final Disk disk, final Path directory) throws IOException {
        final Path path = directory.resolve(PARTITION_METADATA);
        if (!disk.exists(path)) {
            return "";
        }
        try (DiskFile file = disk.open(path, false)) {
            final ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(METADATA_BYTES_MAX, file.sizeBytes()));
            file.read(bytes, 0);
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
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
