package io.highwater.protocol.transport;

import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Turns names into addresses with the JDK's resolver, which blocks: on a thread of its own, that exists only while there
 * is something to look up. Safe for any thread.
 */
final class AddressResolver {
    private static final int LOOKUPS_WAITING_MAX = 1024;
    private static final long THREAD_IDLE_SECONDS = 5;

    private final ThreadPoolExecutor thread;

    AddressResolver(final String threadName) {
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOKUPS_WAITING_MAX),
                task -> {
                    final Thread made = new Thread(task, threadName);
                    made.setDaemon(true);
                    return made;
                },
                // A lookup too many fails as one that found nothing.
                (task, executor) -> ((Lookup) task).found(((Lookup) task).name));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Calls back with the address, still unresolved when the name is not known; at once when there is nothing to do. */
    void resolve(final InetSocketAddress name, final Consumer<InetSocketAddress> found) {
        if (name.isUnresolved()) {
            thread.execute(new Lookup(name, found));
        } else {
            found.accept(name);
        }
    }

    void close() {
        thread.shutdownNow();
    }

    private record Lookup(InetSocketAddress name, Consumer<InetSocketAddress> callback) implements Runnable {
        @Override
        public void run() {
            found(new InetSocketAddress(name.getHostString(), name.getPort()));
        }

        void found(final InetSocketAddress address) {
            callback.accept(address);
        }
    }
}
