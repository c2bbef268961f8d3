package io.highwater.broker.api;

import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where a request of a test comes from; counts the shares in its bytes, of which the connection holds one. */
final class RequestOrigin implements RequestContext {
    int frameShares = 1;
    Runnable onAbandoned = () -> {};

    private final ParkedFetches.Share parked = new ParkedFetches.Share();
    private final ShardTurns turns;
    private final Shard shard;
    private final short version;

    private final Retained frame = new Retained() {
        @Override
        public void retain() {
            if (frameShares == 0) {
                throw new IllegalStateException("retained after the last share was given back");
            }
            frameShares++;
        }

        @Override
        public void release() {
            if (--frameShares < 0) {
                throw new IllegalStateException("released too often");
            }
        }
    };

    RequestOrigin(final Shard shard, final int version) {
        this(shard, version, new ShardTurns(new ShardAgendas(new SimulatedScheduler(1, new Trace()).clock())));
    }

    RequestOrigin(final Shard shard, final int version, final ShardTurns turns) {
        this.turns = turns;
        this.shard = shard;
        this.version = (short) version;
    }

    @Override
    public short apiVersion() {
        return version;
    }

    @Override
    public String clientId() {
        return "tester";
    }

    @Override
    public String advertisedHost() {
        return "broker.test";
    }

    @Override
    public int advertisedPort() {
        return 9092;
    }

    @Override
    public long linkId() {
        return 1;
    }

    @Override
    public InetSocketAddress clientAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public Shard shard() {
        return shard;
    }

    @Override
    public ShardTurns turns() {
        return turns;
    }

    @Override
    public ParkedFetches.Share parked() {
        return parked;
    }

    @Override
    public long arrivedNs() {
        return 0;
    }

    @Override
    public Retained frame() {
        return frame;
    }

    @Override
    public void releaseFrame() {}

    @Override
    public void onAbandoned(final Runnable callback) {
        onAbandoned = callback;
    }

    @Override
    public void clientSoftware(final String name, final String version) {}

    @Override
    public String clientSoftwareName() {
        return "unknown";
    }
}
