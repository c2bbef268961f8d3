package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.consumer.ConsumeException;
import io.highwater.consumer.ConsumedRecord;
import io.highwater.consumer.Consumer;
import io.highwater.consumer.ConsumerConfig;
import io.highwater.consumer.StartPosition;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.records.LogRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a topic's records to standard output. Confined to the main thread. */
final class ConsumeCommand extends ClusterFlags {
    private static final int WRITE_BYTES = 1 << 16;
    private static final int FETCH_BYTES = 8 << 20;
    private static final int POLL_RECORDS = 10_000;
    private static final long POLL_MS = 200;
    /** A broker that takes a request and never answers is noticed by then. */
    private static final long REQUEST_TIMEOUT_MS = 30_000;

    @Parameter(description = "TOPIC", required = true)
    private List<String> topics = new ArrayList<>();

    @Parameter(
            names = {"--partition", "-p"},
            description = "Read this partition only; may be given many times.")
    private List<Integer> only = new ArrayList<>();

    @Parameter(names = "--from", description = "earliest, latest, an offset, or @MILLISECONDS since the epoch.")
    private String from = "latest";

    @Parameter(names = "--until-end", description = "Stop at what is the end of each partition now.")
    private boolean untilEnd;

    @Parameter(
            names = {"--count", "-c"},
            description = "Stop after so many records.")
    private long count = Long.MAX_VALUE;

    @Parameter(names = "--delimiter", description = "What is written after each record.")
    private String delimiter = "\\n";

    @Parameter(names = "--key-delimiter", description = "Write the key and this before each value. Default: no keys.")
    private String keyDelimiter;

    @Parameter(
            names = {"--group", "-g"},
            description =
                    "Begin at this group's committed offsets (--from where there are none) and commit at the end.")
    private String group;

    @Parameter(names = "--json", description = "Print a JSON object for each record.")
    private boolean json;

    @Override
    public String name() {
        return "consume";
    }

    @Override
    public String summary() {
        return "Write a topic's records to standard output.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater consume orders",
                "highwater consume orders --from earliest --until-end --key-delimiter :",
                "highwater consume orders --from @1767225600000 --count 10 --json",
                "highwater consume orders --from earliest --until-end --group billing");
    }

    @Override
    public int run(final Terminal terminal) {
        if (topics.size() != 1) {
            throw new UsageException("consume takes one topic, got " + topics);
        }
        if (count < 1) {
            throw new UsageException("--count must be at least 1, got " + count);
        }
        final StartPosition start = start();
        final byte[] end = Delimiter.parse("--delimiter", delimiter).bytes();
        final byte[] keyEnd = keyDelimiter == null
                ? null
                : Delimiter.parse("--key-delimiter", keyDelimiter).bytes();
        final ConsumerConfig config = ConsumerConfig.builder()
                .callTimeoutMs(timeoutMs())
                .requestTimeoutMs(Math.min(timeoutMs(), REQUEST_TIMEOUT_MS))
                .partitionBytesMax(FETCH_BYTES)
                .recordsMax(POLL_RECORDS)
                .reset(StartPosition.EARLIEST)
                .build();
        try (Consumer consumer = Consumer.connect(config, bootstrap(), "highwater-consume");
                PrintStream out = new PrintStream(
                        new BufferedOutputStream(terminal.out(), WRITE_BYTES), false, StandardCharsets.UTF_8)) {
            final Map<TopicPartition, Long> ends = begin(consumer, start);
            final Map<TopicPartition, Long> read = copy(consumer, ends, new Output(terminal, out, end, keyEnd));
            if (group != null && !read.isEmpty()) {
                await(consumer.commit(group, read), "commit for group " + group);
            }
        } catch (final ConsumeException e) {
            throw new FailedException("consume: " + e.getMessage());
        } catch (final IOException e) {
            throw new FailedException("can't write to standard output: " + e.getMessage());
        }
        return ExitCode.DONE;
    }

    private StartPosition start() {
        try {
            return switch (from) {
                case "earliest" -> StartPosition.EARLIEST;
                case "latest" -> StartPosition.LATEST;
                default ->
                    from.startsWith("@")
                            ? StartPosition.timestamp(Long.parseLong(from.substring(1)))
                            : StartPosition.offset(Long.parseLong(from));
            };
        } catch (final IllegalArgumentException e) {
            throw new UsageException("--from takes earliest, latest, an offset or @MILLISECONDS, got '" + from + "'");
        }
    }

    /** Assigns the partitions and gives the offset at which each is done; none ever is without {@code --until-end}. */
    private Map<TopicPartition, Long> begin(final Consumer consumer, final StartPosition start) {
        final String topic = topics.get(0);
        final TopicView view = await(consumer.topic(topic), "consume " + topic);
        final List<TopicPartition> partitions = new ArrayList<>();
        for (int p = 0; p < view.partitions().size(); p++) {
            if (only.isEmpty() || only.contains(p)) {
                partitions.add(new TopicPartition(topic, p));
            }
        }
        if (partitions.isEmpty() || (!only.isEmpty() && partitions.size() < new HashSet<>(only).size())) {
            throw new FailedException(
                    topic + " has " + view.partitions().size() + " partitions, and not all of " + only);
        }
        final Map<TopicPartition, StartPosition> starts = new LinkedHashMap<>();
        final Map<TopicPartition, Long> committed =
                group == null ? Map.of() : await(consumer.committed(group, partitions), "offsets of group " + group);
        for (final TopicPartition partition : partitions) {
            final Long offset = committed.get(partition);
            starts.put(partition, offset == null ? start : StartPosition.offset(offset));
        }
        final Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        if (start.kind() == StartPosition.Kind.OFFSET) {
            requireOffset(consumer, starts, start);
        }
        if (untilEnd) {
            final Map<TopicPartition, Long> first = await(consumer.startOffsets(partitions), "start offsets");
            await(consumer.endOffsets(partitions), "end offsets").forEach((partition, end) -> {
                final StartPosition from = starts.get(partition);
                final boolean isEmpty = end <= first.get(partition)
                        || from.kind() == StartPosition.Kind.LATEST
                        || (from.kind() == StartPosition.Kind.OFFSET && from.value() >= end);
                if (!isEmpty) {
                    ends.put(partition, end);
                }
            });
            starts.keySet().retainAll(ends.keySet());
        } else {
            partitions.forEach(partition -> ends.put(partition, Long.MAX_VALUE));
        }
        consumer.assign(starts);
        return ends;
    }

    /** An offset that somebody asked for by number must not be silently replaced by another one. */
    @SuppressWarnings("ReferenceEquality") // Where it stands for a committed offset it is another object.
    private void requireOffset(
            final Consumer consumer, final Map<TopicPartition, StartPosition> starts, final StartPosition asked) {
        final List<TopicPartition> partitions = starts.keySet().stream()
                .filter(partition -> starts.get(partition) == asked)
                .toList();
        final Map<TopicPartition, Long> first = await(consumer.startOffsets(partitions), "start offsets");
        final Map<TopicPartition, Long> end = await(consumer.endOffsets(partitions), "end offsets");
        for (final TopicPartition partition : partitions) {
            if (asked.value() > end.get(partition) || asked.value() < first.get(partition)) {
                throw new FailedException("--from " + asked.value() + ": " + partition + " has offsets "
                        + first.get(partition) + " to " + end.get(partition)
                        + "; name one of these, earliest or latest, or choose partitions with --partition");
            }
        }
    }

    /** Copies until every partition is at its end or the count is reached; the next offset of each that was read. */
    private Map<TopicPartition, Long> copy(
            final Consumer consumer, final Map<TopicPartition, Long> ends, final Output output) throws IOException {
        final Map<TopicPartition, Long> next = new LinkedHashMap<>();
        final Patience patience = untilEnd || count != Long.MAX_VALUE ? new Patience(timeoutMs()) : null;
        long left = count;
        while (!ends.isEmpty() && left > 0) {
            final long leftBefore = left;
            for (final ConsumedRecord consumed : consumer.poll(POLL_MS)) {
                final TopicPartition partition = consumed.partition();
                final Long end = ends.get(partition);
                if (end != null && consumed.record().offset() < end && left > 0) {
                    output.write(consumed);
                    left--;
                    next.put(partition, consumed.record().offset() + 1);
                }
            }
            // Also by the position: the last offsets of a partition may hold no record.
            ends.entrySet().removeIf(entry -> consumer.position(entry.getKey()) >= entry.getValue());
            output.flush();
            if (patience != null && !ends.isEmpty() && left > 0) {
                final Map<TopicPartition, ErrorCode> troubles = new LinkedHashMap<>(consumer.troubles());
                troubles.keySet().retainAll(ends.keySet());
                requireProgress(patience, left < leftBefore, troubles);
            }
        }
        return next;
    }

    /** A run that is to end must not wait for a broker or a topic that does not come back. */
    private static void requireProgress(
            final Patience patience, final boolean hasMoved, final Map<TopicPartition, ErrorCode> troubles) {
        if (hasMoved || troubles.isEmpty()) {
            patience.renew();
        } else if (patience.isOver()) {
            final TopicPartition partition = troubles.keySet().iterator().next();
            final ErrorCode error = troubles.get(partition);
            throw new FailedException("consume: nothing could be read for " + patience.limitMs() + " ms: " + partition
                    + ", " + error + ": " + error.defaultMessage());
        }
    }

    /** Writes records as bytes or as JSON. */
    private final class Output {
        private final Terminal terminal;
        private final PrintStream out;
        private final byte[] end;
        private final byte[] keyEnd;

        Output(final Terminal terminal, final PrintStream out, final byte[] end, final byte[] keyEnd) {
            this.terminal = terminal;
            this.out = out;
            this.end = end;
            this.keyEnd = keyEnd;
        }

        void write(final ConsumedRecord consumed) throws IOException {
            final LogRecord record = consumed.record();
            if (json) {
                writeJson(consumed.partition(), record);
                return;
            }
            if (keyEnd != null) {
                write(record.key());
                out.write(keyEnd);
            }
            write(record.value());
            out.write(end);
        }

        private void write(final ByteBuffer bytes) throws IOException {
            if (bytes != null && bytes.hasArray()) {
                out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            } else if (bytes != null) {
                final byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                out.write(copy);
            }
        }

        private void writeJson(final TopicPartition partition, final LogRecord record) {
            JsonLine.print(out, fields -> {
                fields.writeStringField("topic", partition.topic());
                fields.writeNumberField("partition", partition.partition());
                fields.writeNumberField("offset", record.offset());
                fields.writeNumberField("timestamp", record.timestamp());
                fields.writeStringField("key", ProduceCommand.text(record.key()));
                fields.writeStringField("value", ProduceCommand.text(record.value()));
                if (!record.headers().isEmpty()) {
                    // No object: a key may be there many times, and the order says something.
                    fields.writeArrayFieldStart("headers");
                    for (final LogRecord.Header header : record.headers()) {
                        fields.writeStartObject();
                        fields.writeStringField("key", header.key());
                        fields.writeStringField("value", ProduceCommand.text(header.value()));
                        fields.writeEndObject();
                    }
                    fields.writeEndArray();
                }
            });
        }

        /** Before anything is committed: what could not be written was not consumed. */
        void flush() {
            out.flush();
            terminal.requireWritten();
        }
    }
}
