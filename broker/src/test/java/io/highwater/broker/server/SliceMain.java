package io.highwater.broker.server;
import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;
public final class SliceMain {
    public static void main(final String[] args) throws Exception {
        final java.nio.file.Path dir = java.nio.file.Files.createTempDirectory("hw");
        final Server server = Server.start(BrokerConfig.of(Map.of("log.dirs", dir.toString(), "listeners", "127.0.0.1:0")), MemoryCore::open);
        System.out.println("ready " + server.address());
        final String boot = "127.0.0.1:" + server.address().getPort();
        for (final String acks : List.of("all", "1", "0")) for (final String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            final Map<String, Object> pc = Map.of("bootstrap.servers", boot, "acks", acks, "compression.type", codec, "enable.idempotence", acks.equals("all") && codec.equals("none"));
            final long t0 = System.nanoTime();
            try (var p = new KafkaProducer<>(pc, new StringSerializer(), new StringSerializer())) {
                for (int i = 0; i < 1000; i++) p.send(new ProducerRecord<>("t-" + acks + "-" + codec, "k" + i, "value " + i));
                p.flush();
            }
            final long t1 = System.nanoTime();
            int n = 0;
            try (var c = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", boot, "auto.offset.reset", "earliest"), new StringDeserializer(), new StringDeserializer())) {
                c.assign(List.of(new TopicPartition("t-" + acks + "-" + codec, 0)));
                final long end = System.currentTimeMillis() + 5000;
                while (n < 1000 && System.currentTimeMillis() < end) for (var r : c.poll(java.time.Duration.ofMillis(500))) { if (!r.value().equals("value " + n)) throw new IllegalStateException(r.toString()); n++; }
            }
            System.out.println(acks + " " + codec + " " + n + " produce ms " + (t1 - t0) / 1000000 + " consume ms " + (System.nanoTime() - t1) / 1000000);
        }
        server.close();
        System.out.println("closed");
    }
}
