package io.highwater.tools;

import com.beust.jcommander.Parameter;
import io.highwater.broker.server.BrokerConfig;
import io.highwater.broker.server.ConfigException;
import io.highwater.broker.server.HostPort;
import io.highwater.broker.server.Server;
import io.highwater.broker.server.StartException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a broker until SIGTERM or SIGINT, which stop it cleanly with exit code 0. Flags win over {@code --set}, and that
 * over the file. Confined to the main thread, but for the stop, which the JVM's shutdown thread does.
 */
final class ServerCommand extends HelpFlag {
    /** How long a stop waits for a start that is under way: a recovery reads at most what was not forced. */
    private static final long START_PATIENCE_S = 20;

    /** Read by {@link Highwater} before the rest. */
    static final String LOG_JSON = "--log-json";

    private volatile boolean gaveUp;

    /** The server when it is ready, null when it was refused. */
    private final CompletableFuture<Server> starting = new CompletableFuture<>();

    /** Loads what every server needs; null when nobody asked for it. */
    private Thread preload;

    @Parameter(
            names = "--data",
            description = "Directory of the data (log.dirs), made if it is not there. Default: ./highwater-data")
    private String data;

    @Parameter(
            names = "--listen",
            description = "HOST:PORT that clients connect to (listeners). Default: 127.0.0.1:9092")
    private String listen;

    @Parameter(
            names = "--advertise",
            description = "HOST:PORT that clients are told (advertised.listeners). Default: what is listened on")
    private String advertise;

    @Parameter(
            names = "--admin-listen",
            description = "HOST:PORT of /metrics and /healthz (admin.listener). Default: off")
    private String adminListen;

    @Parameter(names = LOG_JSON, description = "Log a JSON object for each event, instead of a line of text")
    @SuppressWarnings("UnusedVariable") // Here for --help, and so that it is no unknown flag.
    private boolean logJson;

    @Parameter(names = "--node-id", description = "This node's id (node.id). Default: 1")
    private String nodeId;

    @Parameter(
            names = "--set",
            splitter = WholeValue.class,
            description = "KEY=VALUE, any server key; may be given many times")
    private List<String> settings = new ArrayList<>();

    @Parameter(names = "--config", description = "A properties file of server keys")
    private String file;

    @Override
    public String name() {
        return "server";
    }

    @Override
    public String summary() {
        return "Run a broker until it is told to stop.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "highwater server",
                "highwater server --data /var/lib/highwater --listen 0.0.0.0:9092 --advertise kafka.example.org:9092",
                "highwater server --admin-listen 127.0.0.1:9644 --set num.partitions=6 --set flush.policy=os");
    }

    @Override
    public void prepare() {
        preload = new Thread(Server::preload, "preload");
        preload.setDaemon(true);
        preload.start();
    }

    @Override
    public int run(final Terminal terminal) {
        // First, so that a signal during the start is a clean stop too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(terminal), "stop"));
        final Server server;
        try {
            server = start();
            starting.complete(server);
        } finally {
            starting.complete(null);
        }
        final BrokerConfig config = server.config();
        final HostPort address =
                new HostPort(config.listener().host(), server.address().getPort());
        terminal.out()
                .println("ready: node " + config.nodeId() + " at " + address + ", data in "
                        + config.directory().toAbsolutePath().normalize());
        try {
            server.awaitShutdown();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Down without a signal: the broker gave up by itself and has logged why. (On a signal the stop thread ends the
        // JVM.)
        gaveUp = true;
        return ExitCode.FAILED;
    }

    /** Starts a broker as the flags say; returns when it is ready. */
    Server start() {
        awaitPreload();
        try {
            return Server.start(BrokerConfig.of(mergedSettings()));
        } catch (final ConfigException | StartException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** Two threads that initialise the same classes in different orders may wait for each other for ever. */
    private void awaitPreload() {
        if (preload == null) {
            return;
        }
        try {
            preload.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM would end with 128 + signal; a clean stop is exit 0. */
    private void stop(final Terminal terminal) {
        if (gaveUp) {
            return;
        }
        final Server server;
        try {
            server = starting.get(START_PATIENCE_S, TimeUnit.SECONDS);
        } catch (final TimeoutException e) {
            // Nothing was acknowledged by this run, and the next one recovers what this one has not.
            terminal.err()
                    .println("highwater: told to stop before it was ready; the next start begins its recovery anew");
            Runtime.getRuntime().halt(ExitCode.DONE);
            return;
        } catch (final InterruptedException | ExecutionException e) {
            throw new IllegalStateException("nobody interrupts a stop, and a start that fails gives null", e);
        }
        if (server == null) {
            return;
        }
        server.close();
        // A broker whose disk failed did not stop because of the signal that came meanwhile.
        Runtime.getRuntime().halt(server.hasFailed() ? ExitCode.FAILED : ExitCode.DONE);
    }

    private Map<String, String> mergedSettings() {
        final Map<String, String> merged = new TreeMap<>();
        if (file != null) {
            merged.putAll(read(Path.of(file)));
        }
        for (final String setting : settings) {
            final int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--set takes KEY=VALUE, got '" + setting + "'");
            }
            merged.put(
                    setting.substring(0, equals).strip(),
                    setting.substring(equals + 1).strip());
        }
        flags().forEach((key, value) -> {
            if (value != null) {
                merged.put(key, value);
            }
        });
        return merged;
    }

    private Map<String, String> flags() {
        final Map<String, String> flags = new LinkedHashMap<>();
        flags.put("log.dirs", data);
        flags.put("listeners", listen);
        flags.put("advertised.listeners", advertise);
        flags.put("admin.listener", adminListen);
        flags.put("node.id", nodeId);
        return flags;
    }

    private static Map<String, String> read(final Path path) {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (final NoSuchFileException e) {
            throw new UsageException("the --config file " + path + " does not exist");
        } catch (final IOException | IllegalArgumentException e) {
            throw new UsageException("can't read the --config file " + path + ": " + e.getMessage());
        }
        final Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
        return values;
    }
}
