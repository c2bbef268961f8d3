package io.highwater.tools.differential;

import com.fasterxml.jackson.databind.JsonNode;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Makes record batches of JSON: {@code {"values": ["a", "b"], "codec": "gzip", "time": 0, "producer": [7, 0, 0],
 * "batches": 1, "cut": 3, "poke": [[16, 1]], "repair": true}}. {@code poke} sets bytes of the batch by their place,
 * {@code repair} makes the checksum right after that, {@code cut} leaves bytes away at the end. Times count from the time
 * of the run.
 */
final class JsonBatch {
    private static final long NOW_MS = System.currentTimeMillis();

    private JsonBatch() {}

    static ByteBuffer of(final JsonNode json) {
        final RecordBatchBuilder builder = new RecordBatchBuilder();
        builder.compression(Compression.forName(json.path("codec").asText("none")));
        final JsonNode producer = json.path("producer");
        if (producer.isArray()) {
            builder.producer(
                    producer.get(0).asLong(),
                    (short) producer.get(1).asInt(),
                    producer.get(2).asInt());
        }
        for (final JsonNode value : json.path("values")) {
            builder.append(
                    NOW_MS + json.path("time").asLong(),
                    ByteBuffer.wrap("key".getBytes(StandardCharsets.UTF_8)),
                    ByteBuffer.wrap(value.asText().getBytes(StandardCharsets.UTF_8)));
        }
        final ByteBuffer batch = builder.build();
        for (final JsonNode poke : json.path("poke")) {
            batch.put(poke.get(0).asInt(), (byte) poke.get(1).asInt());
        }
        if (json.path("repair").asBoolean()) {
            batch.putInt(RecordBatch.CRC, RecordBatch.computeCrc(batch, 0));
        }
        final int times = json.path("batches").asInt(1);
        final ByteBuffer all = ByteBuffer.allocate(times * batch.remaining());
        for (int i = 0; i < times; i++) {
            all.put(batch.duplicate());
        }
        all.flip();
        return all.limit(all.limit() - json.path("cut").asInt());
    }
}
