package io.highwater.broker.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The page {@code /metrics}: every counter and reading of a node as a meter of Micrometer's Prometheus registry. Nothing is
 * copied: the meters read when the page is asked for. Made by the first request for the page, so that Micrometer is loaded
 * only where somebody looks.
 *
 * <p>Safe for any thread: the registry is.
 */
final class Scrape {
    /** The text format's version that every Prometheus understands. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double MS_PER_SECOND = 1_000;
    private static final String API = "api";

    /** Micrometer holds the sources of counters weakly. */
    private final List<Object> sources = new ArrayList<>();

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Scrape(final Metrics metrics, final NodeReadings node) {
        addConnections(metrics, node);
        addLogs(metrics, node);
        for (final Metrics.Api api : metrics.apis()) {
            if (api != null) {
                addApi(api);
            }
        }
        addJvm();
        registry.getPrometheusRegistry().register(new LatencyCollector(metrics));
        registry.getPrometheusRegistry().register(new TopicCollector(node));
    }

    /** The page as it is now. */
    String text() {
        return registry.scrape(CONTENT_TYPE);
    }

    private void addConnections(final Metrics metrics, final NodeReadings node) {
        gauge("highwater.ready", "1 when the node serves clients, else 0", node, n -> n.isReady() ? 1 : 0);
        gauge("highwater.connections", "Open client connections", metrics, Metrics::connections);
        counter("highwater.connections.opened", "Client connections made", metrics, Metrics::connectionsOpened);
        counter(
                "highwater.connections.refused",
                "Client connections that were one too many",
                metrics,
                Metrics::connectionsRefused);
        counter("highwater.bad.requests", "Connections closed for what they sent", metrics, Metrics::badRequests);
        gauge(
                "highwater.frame.in.flight.bytes",
                "Bytes of requests that arrive or are being handled",
                node,
                NodeReadings::frameBytesInFlight);
        gauge(
                "highwater.frame.max.bytes",
                "Bound of the bytes of requests in flight",
                node,
                NodeReadings::frameBytesMax);
        gauge(
                "highwater.connections.waiting.for.memory",
                "Connections not read because that bound is reached",
                node,
                NodeReadings::connectionsWaitingForMemory);
        gauge(
                "highwater.connections.waiting.for.disk",
                "Connections not read because too much is unforced",
                metrics,
                Metrics::connectionsMuted);
    }

    private void addLogs(final Metrics metrics, final NodeReadings node) {
        counter("highwater.appended.bytes", "Bytes of record batches stored", metrics, Metrics::bytesAppended);
        counter("highwater.appended.records", "Records stored", metrics, Metrics::recordsAppended);
        counter("highwater.duplicate.batches", "Retried batches recognised", metrics, Metrics::duplicates);
        counter("highwater.fetched.bytes", "Bytes of record batches handed out", metrics, Metrics::bytesFetched);
        gauge("highwater.waiting.fetch.bytes", "Heap of fetches that wait for records", metrics, Metrics::bytesParked);
        counter(
                "highwater.fetches.not.waited",
                "Fetches answered at once because too many wait",
                metrics,
                Metrics::fetchesNotParked);
        counter("highwater.log.forces", "Forces of partition logs to disk", node, NodeReadings::logForces);
        gauge(
                "highwater.log.directories.offline",
                "Data directories that failed",
                node,
                NodeReadings::offlineLogDirectories);
        gauge(
                "highwater.log.unforced.bytes",
                "Appended bytes that are not forced yet",
                node,
                NodeReadings::unforcedBytes);
    }

    private void addApi(final Metrics.Api api) {
        sources.add(api);
        final Tags tags = Tags.of(API, apiName(api));
        FunctionCounter.builder("highwater.requests", api, Metrics.Api::requests)
                .description("Requests answered")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("highwater.request.bytes", api, Metrics.Api::requestBytes)
                .description("Bytes of the requests answered")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("highwater.response.bytes", api, Metrics.Api::responseBytes)
                .description("Bytes of the answers")
                .tags(tags)
                .register(registry);
        Gauge.builder("highwater.requests.in.progress", api, Metrics.Api::inProgress)
                .description("Requests read and not answered; for Produce and Fetch most of them wait")
                .tags(tags)
                .register(registry);
    }

    private void addJvm() {
        final var memory = ManagementFactory.getMemoryMXBean();
        gauge(
                "jvm.heap.used.bytes",
                "Heap in use",
                memory,
                m -> m.getHeapMemoryUsage().getUsed());
        gauge(
                "jvm.heap.max.bytes",
                "Bound of the heap",
                memory,
                m -> m.getHeapMemoryUsage().getMax());
        for (final BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct") || pool.getName().equals("mapped")) {
                Gauge.builder("jvm.buffer.used.bytes", pool, BufferPoolMXBean::getMemoryUsed)
                        .description("Memory of buffers outside the heap")
                        .tag("pool", pool.getName())
                        .strongReference(true)
                        .register(registry);
            }
        }
        final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        counter(
                "jvm.gc.collections",
                "Garbage collections",
                collectors,
                all -> sum(all, GarbageCollectorMXBean::getCollectionCount));
        counter(
                "jvm.gc.seconds",
                "Time spent on them",
                collectors,
                all -> sum(all, GarbageCollectorMXBean::getCollectionTime) / MS_PER_SECOND);
        gauge("jvm.threads", "Live threads", ManagementFactory.getThreadMXBean(), t -> t.getThreadCount());
        gauge(
                "process.uptime.seconds",
                "Time since the process began",
                ManagementFactory.getRuntimeMXBean(),
                runtime -> runtime.getUptime() / MS_PER_SECOND);
    }

    private static double sum(
            final List<GarbageCollectorMXBean> collectors, final ToLongFunction<GarbageCollectorMXBean> reading) {
        return collectors.stream().mapToLong(reading).sum();
    }

    private <T> void gauge(
            final String name, final String description, final T source, final ToDoubleFunction<T> reading) {
        Gauge.builder(name, source, reading)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private <T> void counter(
            final String name, final String description, final T source, final ToDoubleFunction<T> reading) {
        sources.add(source);
        FunctionCounter.builder(name, source, reading).description(description).register(registry);
    }

    /** The protocol's name of an API: {@code OffsetFetch}. */
    static String apiName(final Metrics.Api api) {
        final StringBuilder name = new StringBuilder();
        boolean isWordStart = true;
        for (final char c : api.key().name().toCharArray()) {
            if (c == '_') {
                isWordStart = true;
            } else {
                name.append(isWordStart ? c : Character.toLowerCase(c));
                isWordStart = false;
            }
        }
        return name.toString();
    }
}
