package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.producer.Acknowledgement;
import io.highwater.producer.Producer;
import io.highwater.producer.ProducerConfig;
import io.highwater.producer.ProducerRecord;
import io.highwater.records.Compression;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Sends the records of standard input. Confined to the main thread, but for the acknowledgements. */
final class ProduceCommand extends ClusterFlags {
    private static final int READ_BYTES = 1 << 16;

    @Parameter(description = "TOPIC", required = true)
    private List<String> topics = new ArrayList<>();

    @Parameter(
            names = {"--partition", "-p"},
            description = "Send to this partition; without it by the key's hash, or whichever fills a batch.")
    private int partition = ProducerRecord.ANY_PARTITION;

    @Parameter(names = "--delimiter", description = "What ends a record; \\n, \\t, \\r, \\0 and \\xNN are known.")
    private String delimiter = "\\n";

    @Parameter(
            names = "--key-delimiter",
            description = "What ends the key at the front of each record. Default: no keys.")
    private String keyDelimiter;

    @Parameter(
            names = {"--compression", "-z"},
            description = "none, gzip, snappy, lz4 or zstd.")
    private String compression = "none";

    @Parameter(names = "--acks", description = "all, 1 or 0.")
    private String acks = "all";

    @Parameter(names = "--json", description = "Print a JSON object with offset and partition for each record.")
    private boolean json;

    @Override
    public String name() {
        return "produce";
    }

    @Override
    public String summary() {
        return "Send the records of standard input to a topic.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "echo 'order 1' | highwater produce orders",
                "highwater produce orders --key-delimiter : --compression zstd < orders.txt",
                "apt-cache dumpavail | highwater produce packages --partition 0 --delimiter '\\n\\n'");
    }

    @Override
    public int run(final Terminal terminal) {
        if (topics.size() != 1) {
            throw new UsageException("produce takes one topic, got " + topics);
        }
        final Delimiter records = Delimiter.parse("--delimiter", delimiter);
        final byte[] keyEnd = keyDelimiter == null
                ? null
                : Delimiter.parse("--key-delimiter", keyDelimiter).bytes();
        final ProducerConfig config = ProducerConfig.builder()
                .acks(acksNumber())
                .idempotent("all".equals(acks) || "-1".equals(acks))
                .compression(codec())
                .deliveryTimeoutMs(timeoutMs())
                .blockMs(timeoutMs())
                .build();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        long sent = 0;
        try (Producer producer = Producer.connect(config, bootstrap(), "highwater-produce");
                InputStream in = new BufferedInputStream(terminal.in(), READ_BYTES)) {
            for (byte[] record = records.nextRecord(in);
                    record != null && failure.get() == null;
                    record = records.nextRecord(in)) {
                send(producer, record, keyEnd, terminal, failure);
                sent++;
            }
            await(producer.flush(), "produce");
        } catch (final IOException e) {
            throw new FailedException("can't read standard input: " + e.getMessage());
        }
        if (failure.get() != null) {
            throw new FailedException("produce: " + failure.get().getMessage());
        }
        terminal.err().println(sent + (sent == 1 ? " record" : " records") + " to " + topics.get(0));
        return ExitCode.DONE;
    }

    private void send(
            final Producer producer,
            final byte[] record,
            final byte[] keyEnd,
            final Terminal terminal,
            final AtomicReference<Throwable> failure) {
        final int at = keyEnd == null ? -1 : indexOf(record, keyEnd);
        final ByteBuffer key = at < 0 ? null : ByteBuffer.wrap(record, 0, at).slice();
        final int from = at < 0 ? 0 : at + keyEnd.length;
        final ByteBuffer value =
                ByteBuffer.wrap(record, from, record.length - from).slice();
        final CompletableFuture<Acknowledgement> told =
                producer.send(new ProducerRecord(topics.get(0), partition, key, value, List.of(), ProducerRecord.NOW));
        // Its own failure is the one that is kept: nobody waits for the stage after it.
        final CompletableFuture<Acknowledgement> unused = told.whenComplete((acknowledgement, problem) -> {
            if (problem != null) {
                failure.compareAndSet(null, problem);
            } else if (json) {
                print(terminal, acknowledgement);
            }
        });
    }

    private void print(final Terminal terminal, final Acknowledgement acknowledgement) {
        JsonLine.print(terminal.out(), fields -> {
            fields.writeStringField("topic", topics.get(0));
            fields.writeNumberField("partition", acknowledgement.partition().partition());
            fields.writeNumberField("offset", acknowledgement.offset());
        });
    }

    private int acksNumber() {
        return switch (acks) {
            case "all", "-1" -> -1;
            case "1" -> 1;
            case "0" -> 0;
            default -> throw new UsageException("--acks takes all, 1 or 0, got '" + acks + "'");
        };
    }

    private Compression codec() {
        try {
            return Compression.valueOf(compression.toUpperCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw new UsageException("--compression takes none, gzip, snappy, lz4 or zstd, got '" + compression + "'");
        }
    }

    private static int indexOf(final byte[] record, final byte[] part) {
        for (int at = 0; at + part.length <= record.length; at++) {
            if (java.util.Arrays.equals(record, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    /** What a record's bytes are as text, for JSON. */
    static String text(final ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
