package io.highwater.log.journal;

import io.highwater.log.journal.JournalEntry.EpochStart;
import io.highwater.log.journal.JournalEntry.EpochStarts;
import io.highwater.log.journal.JournalEntry.LogStart;
import io.highwater.log.journal.JournalEntry.PartitionAdded;
import io.highwater.log.journal.JournalEntry.PartitionRemoved;
import io.highwater.log.journal.JournalEntry.ProducerSnapshot;
import io.highwater.log.journal.JournalEntry.RecoveryPoint;
import io.highwater.log.journal.JournalEntry.Segment;
import io.highwater.log.journal.JournalEntry.SegmentDropped;
import io.highwater.log.journal.JournalEntry.SegmentKept;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The two files journal.0 and journal.1. Big-endian. Preallocated with zeros and used in turn: a file begins with a
 * snapshot of the whole state and goes on with one frame per force, each on sectors of its own, so that a write never
 * touches a sector that was forced before. No sector but the first is written twice in one generation, except that
 * opening the journal writes the true file once more as it is: a force of it may have failed.
 *
 * <p>When a file is full, or the journal is opened, the other one gets the next generation: snapshot and header, force;
 * then the old one's header is marked retired, force; only then entries follow. So a live file whose snapshot is whole is
 * the truth, of two the one with the higher generation; a torn snapshot means the switch never happened. A retired file
 * is no fallback: it lacks what was promised since.
 *
 * <p>A torn last frame is normal and ends the file. A bad frame that was durable once, as a later one says, is damage.
 *
 * <pre>
 * Header, the file's first sector (512 bytes)
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |                 Magic  'H'  'W'  'J'  'N'                     |
 *     +-------------------------------+-------------------------------+
 *   4 |        Version (uint16)       |   0 is live, 1 is retired     |
 *     +-------------------------------+-------------------------------+
 *   8 |                      Generation (int64)                       |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  16 |            CRC-32C of bytes 0 to 15, inclusive                |
 *     +---------------------------------------------------------------+
 *
 * Frame, at a multiple of 512
 *
 *     +---------------------------------------------------------------+
 *   0 |       Length (int32), this header included, padding not       |
 *     +---------------------------------------------------------------+
 *   4 |       CRC-32C of bytes 8 to length - 1, inclusive             |
 *     +---------------------------------------------------------------+
 *   8 |            Generation (int64), as in the header               |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  16 |     Sequence (int64), 0 for the file's first frame            |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  24 |  Durable (int64): frames below this sequence were forced      |
 *     |                   when this one was written                   |
 *     +---------------------------------------------------------------+
 *  32 |      Flags (int32): 1 snapshot, 2 last of the snapshot        |
 *     +---------------------------------------------------------------+
 *  36 |      Entries                                                ...
 *
 * Entry
 *
 *   0  Type (int8)
 *   1  Length of the body (int32)
 *   5  Body; all but RUN and WITNESS begin with topic id (16 bytes) and partition (int32)
 *        1 RUN               clean stop (int8, 0 or 1), boot id (uint16 length, UTF-8)
 *        2 PARTITION_ADDED   topic (uint16 length, UTF-8)
 *        3 PARTITION_REMOVED
 *        4 RECOVERY_POINT    offset (int64), position (int64), replay from (int64)
 *        5 LOG_START         offset (int64)
 *        6 EPOCH_STARTS      count (int32), then epoch (int32), start offset (int64) each
 *        7 PRODUCERS         offset (int64), opaque bytes
 *        8 SEGMENT_KEPT      base offset (int64), size (int64), max timestamp (int64)
 *        9 SEGMENT_DROPPED   base offset (int64)
 *       10 WITNESS           index (int64), name (uint16 length, UTF-8)
 * </pre>
 *
 * The frame repeats the generation inside its checksum, so that what an earlier use of the file left behind never counts.
 *
 * <p>Stateless.
 */
final class JournalFormat {
    static final int SECTOR_BYTES = 512;

    static final int MAGIC = 0x48574A4E;
    static final int VERSION = 2;
    static final int LIVE = 0;
    static final int RETIRED = 1;

    static final int MAGIC_POSITION = 0;
    static final int VERSION_POSITION = MAGIC_POSITION + Integer.BYTES;
    static final int RETIRED_POSITION = VERSION_POSITION + Short.BYTES;
    static final int GENERATION_POSITION = RETIRED_POSITION + Short.BYTES;
    static final int HEADER_CRC_POSITION = GENERATION_POSITION + Long.BYTES;
    static final int HEADER_BYTES = HEADER_CRC_POSITION + Integer.BYTES;

    static final int LENGTH_POSITION = 0;
    static final int FRAME_CRC_POSITION = LENGTH_POSITION + Integer.BYTES;
    static final int FRAME_GENERATION_POSITION = FRAME_CRC_POSITION + Integer.BYTES;
    static final int SEQUENCE_POSITION = FRAME_GENERATION_POSITION + Long.BYTES;
    static final int DURABLE_POSITION = SEQUENCE_POSITION + Long.BYTES;
    static final int FLAGS_POSITION = DURABLE_POSITION + Long.BYTES;
    static final int FRAME_HEADER_BYTES = FLAGS_POSITION + Integer.BYTES;

    static final int SNAPSHOT_FLAG = 1;
    static final int SNAPSHOT_END_FLAG = 2;

    static final int ENTRY_HEADER_BYTES = Byte.BYTES + Integer.BYTES;
    static final int ID_BYTES = 2 * Long.BYTES + Integer.BYTES;
    static final int EPOCH_BYTES = Integer.BYTES + Long.BYTES;

    static final byte RUN = 1;
    static final byte PARTITION_ADDED = 2;
    static final byte PARTITION_REMOVED = 3;
    static final byte RECOVERY_POINT = 4;
    static final byte LOG_START = 5;
    static final byte EPOCH_STARTS = 6;
    static final byte PRODUCERS = 7;
    static final byte SEGMENT_KEPT = 8;
    static final byte SEGMENT_DROPPED = 9;
    static final byte WITNESS = 10;

    /** No entry is larger: a producer snapshot of some 60,000 producers. */
    static final int ENTRY_BYTES_MAX = 8 << 20;
    /** A frame that has reached this takes no further entry. */
    static final int FRAME_BYTES_FULL = 256 << 10;

    static final int FRAME_BYTES_MAX = FRAME_BYTES_FULL + ENTRY_BYTES_MAX;

    private JournalFormat() {}

    static ByteBuffer header(final long generation, final int retired) {
        final ByteBuffer header = ByteBuffer.allocate(SECTOR_BYTES);
        header.putInt(MAGIC_POSITION, MAGIC)
                .putShort(VERSION_POSITION, (short) VERSION)
                .putShort(RETIRED_POSITION, (short) retired)
                .putLong(GENERATION_POSITION, generation)
                .putInt(HEADER_CRC_POSITION, crc(header, 0, HEADER_CRC_POSITION));
        return header;
    }

    static int crc(final ByteBuffer buffer, final int from, final int to) {
        final CRC32C crc = new CRC32C();
        crc.update(buffer.slice(from, to - from));
        return (int) crc.getValue();
    }

    static long toSectorEnd(final long bytes) {
        return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    static int sizeOf(final RunMark mark) {
        return ENTRY_HEADER_BYTES + Byte.BYTES + Short.BYTES + mark.bootId().getBytes(StandardCharsets.UTF_8).length;
    }

    static void write(final RunMark mark, final ByteBuffer out) {
        out.put(RUN).putInt(sizeOf(mark) - ENTRY_HEADER_BYTES).put((byte) (mark.cleanStop() ? 1 : 0));
        putString(out, mark.bootId());
    }

    static int sizeOf(final Witness witness) {
        return ENTRY_HEADER_BYTES + Long.BYTES + Short.BYTES + witness.name().getBytes(StandardCharsets.UTF_8).length;
    }

    static void write(final Witness witness, final ByteBuffer out) {
        out.put(WITNESS).putInt(sizeOf(witness) - ENTRY_HEADER_BYTES).putLong(witness.index());
        putString(out, witness.name());
    }

    static int sizeOf(final JournalEntry entry) {
        return ENTRY_HEADER_BYTES + ID_BYTES + fieldBytes(entry);
    }

    private static int fieldBytes(final JournalEntry entry) {
        if (entry instanceof PartitionAdded added) {
            return Short.BYTES + added.topic().getBytes(StandardCharsets.UTF_8).length;
        } else if (entry instanceof PartitionRemoved) {
            return 0;
        } else if (entry instanceof RecoveryPoint) {
            return 3 * Long.BYTES;
        } else if (entry instanceof EpochStarts starts) {
            return Integer.BYTES + Math.multiplyExact(starts.epochs().size(), EPOCH_BYTES);
        } else if (entry instanceof ProducerSnapshot snapshot) {
            return Long.BYTES + snapshot.bytes().remaining();
        } else if (entry instanceof SegmentKept) {
            return 3 * Long.BYTES;
        }
        // LOG_START and SEGMENT_DROPPED.
        return Long.BYTES;
    }

    static byte typeOf(final JournalEntry entry) {
        if (entry instanceof PartitionAdded) {
            return PARTITION_ADDED;
        } else if (entry instanceof PartitionRemoved) {
            return PARTITION_REMOVED;
        } else if (entry instanceof RecoveryPoint) {
            return RECOVERY_POINT;
        } else if (entry instanceof LogStart) {
            return LOG_START;
        } else if (entry instanceof EpochStarts) {
            return EPOCH_STARTS;
        } else if (entry instanceof ProducerSnapshot) {
            return PRODUCERS;
        } else if (entry instanceof SegmentKept) {
            return SEGMENT_KEPT;
        }
        return SEGMENT_DROPPED;
    }

    static void write(final JournalEntry entry, final ByteBuffer out) {
        out.put(typeOf(entry)).putInt(ID_BYTES + fieldBytes(entry));
        out.putLong(entry.id().topicId().getMostSignificantBits())
                .putLong(entry.id().topicId().getLeastSignificantBits())
                .putInt(entry.id().partition());
        if (entry instanceof PartitionAdded added) {
            putString(out, added.topic());
        } else if (entry instanceof RecoveryPoint point) {
            out.putLong(point.offset()).putLong(point.position()).putLong(point.replayFrom());
        } else if (entry instanceof LogStart start) {
            out.putLong(start.offset());
        } else if (entry instanceof EpochStarts starts) {
            out.putInt(starts.epochs().size());
            for (final EpochStart start : starts.epochs()) {
                out.putInt(start.epoch()).putLong(start.startOffset());
            }
        } else if (entry instanceof ProducerSnapshot snapshot) {
            out.putLong(snapshot.offset()).put(snapshot.bytes().duplicate());
        } else if (entry instanceof SegmentKept kept) {
            out.putLong(kept.segment().baseOffset())
                    .putLong(kept.segment().sizeBytes())
                    .putLong(kept.segment().maxTimestamp());
        } else if (entry instanceof SegmentDropped dropped) {
            out.putLong(dropped.baseOffset());
        }
    }

    /** Replays entries, position to limit, into the image. */
    static void replay(final ByteBuffer in, final JournalImage image) throws MalformedJournalException {
        while (in.hasRemaining()) {
            need(in, ENTRY_HEADER_BYTES);
            final byte type = in.get();
            final int length = in.getInt();
            if (length < 0) {
                throw new MalformedJournalException("entry with a length of " + length);
            }
            need(in, length);
            final ByteBuffer body = in.slice(in.position(), length);
            in.position(in.position() + length);
            if (type == RUN) {
                need(body, Byte.BYTES);
                final boolean cleanStop = body.get() == 1;
                image.run(new RunMark(getString(body), cleanStop));
            } else if (type == WITNESS) {
                final long index = getLong(body);
                image.apply(new Witness(getString(body), index));
            } else {
                final JournalEntry entry = readEntry(type, body);
                if (!image.apply(entry)) {
                    throw new MalformedJournalException("entry of type " + type + " for no partition: " + entry.id());
                }
            }
            if (body.hasRemaining()) {
                throw new MalformedJournalException(body.remaining() + " bytes left of an entry of type " + type);
            }
        }
    }

    private static JournalEntry readEntry(final byte type, final ByteBuffer in) throws MalformedJournalException {
        need(in, ID_BYTES);
        final PartitionId id = new PartitionId(new UUID(in.getLong(), in.getLong()), in.getInt());
        return switch (type) {
            case PARTITION_ADDED -> new PartitionAdded(id, getString(in));
            case PARTITION_REMOVED -> new PartitionRemoved(id);
            case RECOVERY_POINT -> new RecoveryPoint(id, getLong(in), getLong(in), getLong(in));
            case LOG_START -> new LogStart(id, getLong(in));
            case EPOCH_STARTS -> new EpochStarts(id, getEpochs(in));
            case PRODUCERS -> new ProducerSnapshot(id, getLong(in), getRest(in));
            case SEGMENT_KEPT -> new SegmentKept(id, new Segment(getLong(in), getLong(in), getLong(in)));
            case SEGMENT_DROPPED -> new SegmentDropped(id, getLong(in));
            default -> throw new MalformedJournalException("entry of unknown type " + type);
        };
    }

    private static ByteBuffer getRest(final ByteBuffer in) {
        final byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static List<EpochStart> getEpochs(final ByteBuffer in) throws MalformedJournalException {
        need(in, Integer.BYTES);
        final int count = in.getInt();
        if (count < 0 || count != in.remaining() / EPOCH_BYTES) {
            throw new MalformedJournalException(count + " epochs in " + in.remaining() + " bytes");
        }
        final List<EpochStart> epochs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            epochs.add(new EpochStart(in.getInt(), in.getLong()));
        }
        return epochs;
    }

    private static void putString(final ByteBuffer out, final String value) {
        final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    private static String getString(final ByteBuffer in) throws MalformedJournalException {
        need(in, Short.BYTES);
        final byte[] bytes = new byte[need(in, Short.toUnsignedInt(in.getShort()))];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long getLong(final ByteBuffer in) throws MalformedJournalException {
        need(in, Long.BYTES);
        return in.getLong();
    }

    private static int need(final ByteBuffer in, final int bytes) throws MalformedJournalException {
        if (in.remaining() < bytes) {
            throw new MalformedJournalException("entry ends " + (bytes - in.remaining()) + " bytes too early");
        }
        return bytes;
    }
}
