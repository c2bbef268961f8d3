package io.highwater.broker.observe;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/**
 * The latency buckets of every API as one Prometheus histogram. Micrometer has no meter over counts that exist already,
 * so this one talks to the Prometheus registry below it. Safe for any thread.
 */
final class LatencyCollector implements Collector {
    private static final String NAME = "highwater_request_seconds";
    private static final double US_PER_SECOND = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final Metrics metrics;

    LatencyCollector(final Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public MetricSnapshot collect() {
        final HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(NAME).help("Time from a request read to its answer written");
        for (final Metrics.Api api : metrics.apis()) {
            if (api != null) {
                histogram.dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of("api", Scrape.apiName(api)))
                        .classicHistogramBuckets(buckets(api.buckets()))
                        .sum(api.nanoseconds() / NS_PER_SECOND)
                        .build());
            }
        }
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(final long[] counts) {
        final ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            final long boundUs = Metrics.bucketBoundUs(i);
            buckets.bucket(boundUs == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : boundUs / US_PER_SECOND, counts[i]);
        }
        return buckets.build();
    }
}
