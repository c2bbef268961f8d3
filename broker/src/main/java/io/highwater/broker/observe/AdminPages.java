package io.highwater.broker.observe;

/** What the admin address answers to which path. Safe for any thread. */
final class AdminPages {
    private static final String PLAIN = "text/plain; charset=utf-8";

    /** Made by the first scrape. Guarded by this. */
    private Scrape scrape;

    private final Metrics metrics;
    private final NodeReadings node;

    AdminPages(final Metrics metrics, final NodeReadings node) {
        this.metrics = metrics;
        this.node = node;
    }

    /** The answer to a well-formed request. */
    HttpAnswer answer(final String method, final String path) {
        final boolean isMetrics = path.equals("/metrics");
        if (!isMetrics && !path.equals("/healthz")) {
            return new HttpAnswer(404, PLAIN, "there are /metrics and /healthz\n");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return new HttpAnswer(405, PLAIN, "only GET and HEAD\n");
        }
        if (isMetrics) {
            return new HttpAnswer(200, Scrape.CONTENT_TYPE, scrapeText());
        }
        return node.isReady() ? new HttpAnswer(200, PLAIN, "ready\n") : new HttpAnswer(503, PLAIN, "not ready\n");
    }

    /** The answer to what is no request that can be answered. */
    static HttpAnswer refusal(final int status, final String reason) {
        return new HttpAnswer(status, PLAIN, reason + "\n");
    }

    /** One at a time: each holds the whole text in memory. */
    private synchronized String scrapeText() {
        if (!node.isReady() && scrape == null) {
            // Which APIs there are is known when the node is ready: until then the meters are made anew.
            return new Scrape(metrics, node).text();
        }
        if (scrape == null) {
            scrape = new Scrape(metrics, node);
        }
        return scrape.text();
    }
}
