package io.highwater.broker.simulation;

import io.highwater.port.Trace;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One day of a broker and its clients, made from a seed: producers of all kinds, consumers with sessions and long polls,
 * groups, topics that come and go; and again and again the broker stops, is killed or loses its power, at rest, under
 * load, in the middle of a disk operation and while it recovers. After each start everything promised is read back.
 */
final class SimulatedDay {
    private static final int LIVES = 9;
    private static final int LIFE_MS_MIN = 500;
    private static final int LIFE_MS_MAX = 1_500;
    private static final int DISK_OPERATIONS_MAX = 600;
    private static final int RECOVERY_OPERATIONS_MAX = 60;

    /** How often a client is gone when its request has just arrived. */
    private static final double DROP_CHANCE = 0.05;

    private static final List<String> GROUPS = List.of("group0", "group1");

    /** Variants of a run. */
    enum Variant {
        /** As it should be. */
        SOUND,
        /** Producers take partitions in the order of a hash table keyed by identity. */
        HASH_ORDER,
        /** The disk takes each force of a partition's log for done. */
        LOST_FORCE
    }

    private final long seed;
    private final Trace trace;
    private final SimulatedWorld world;
    private final ClientHistory history = new ClientHistory();
    private final List<Actor> actors = new ArrayList<>();
    private final List<ConsumerActor> consumers = new ArrayList<>();
    private final List<MemberActor> members = new ArrayList<>();
    private final TopicRaceActor races;
    private final Auditor auditor;
    private int deaths;

    SimulatedDay(final long seed, final Variant variant, final Trace trace) {
        this.seed = seed;
        this.trace = trace;
        this.world = new SimulatedWorld(seed, trace, variant == Variant.LOST_FORCE);
        final UnaryOperator<List<Target>> order =
                variant == Variant.HASH_ORDER ? SimulatedDay::hashOrder : UnaryOperator.identity();
        actors.add(new TopicActor(world, history));
        races = new TopicRaceActor(world, history);
        actors.add(races);
        for (int i = 0; i < 3; i++) {
            actors.add(new ProducerActor(world, history, "idempotent" + i, (short) -1, order));
        }
        for (int acks = -1; acks <= 1; acks++) {
            actors.add(new ProducerActor(world, history, "plain" + acks, (short) acks, order));
        }
        consumers.add(new ConsumerActor(world, history, "consumer0", 500, 1));
        consumers.add(new ConsumerActor(world, history, "consumer1", 300, 8_000));
        consumers.add(new ConsumerActor(world, history, "consumer2", 0, 0));
        GROUPS.forEach(group -> actors.add(new OffsetActor(world, history, group)));
        for (int i = 0; i < 3; i++) {
            members.add(new MemberActor(world, history, i));
        }
        actors.addAll(consumers);
        actors.addAll(members);
        this.auditor = new Auditor(world, history);
    }

    /** The planted fault: an order that differs from one JVM to the next. */
    private static List<Target> hashOrder(final List<Target> targets) {
        final Map<Target, Integer> table = new HashMap<>();
        targets.forEach(target -> table.put(target, target.partition));
        return new ArrayList<>(table.keySet());
    }

    /** Runs it all. */
    SimulatedDay run() {
        try {
            world.start();
            actors.forEach(Actor::start);
            for (int life = 0; life < LIVES; life++) {
                live(life);
                restart(life);
                auditor.audit(GROUPS);
            }
            world.run(LIFE_MS_MIN);
            actors.forEach(Actor::rest);
            world.run(Actor.TIMEOUT_MS * 2);
            auditor.audit(GROUPS);
            auditor.checkNothingLeft();
            world.stop();
            requireStarted();
            auditor.audit(GROUPS);
            world.stop();
        } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError(
                    e.getMessage() + "\nseed " + seed + " after " + trace + "; replay with: "
                            + "mvn -q verify -pl broker -am -Dtest=DeterminismTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Dsim.seed=" + seed,
                    e);
        }
        return this;
    }

    /** One life of the broker, to its end. */
    private void live(final int life) {
        final int ms = LIFE_MS_MIN + world.random.nextInt(LIFE_MS_MAX - LIFE_MS_MIN);
        world.network.cutChance = life % 3 == 1 ? 0.002 : 0;
        world.network.cutAfterFrameChance = life % 3 == 2 ? DROP_CHANCE : 0;
        if (life % 5 == 3 || life % 5 == 4) {
            world.dieAtDiskOperation(1 + world.random.nextInt(DISK_OPERATIONS_MAX), life % 5 == 3);
        }
        world.run(ms);
        world.network.cutChance = 0;
        world.network.cutAfterFrameChance = 0;
        if (!world.isBrokerAlive()) {
            deaths++;
        } else if (life % 5 == 0) {
            world.stop();
        } else if (life % 5 == 1) {
            world.kill();
        } else {
            world.losePower();
        }
    }

    /** The next life; the one before every third start dies while it recovers. */
    private void restart(final int life) {
        world.pass(world.random.nextInt(300));
        if (life % 3 == 2 && !world.startToDie(1 + world.random.nextInt(RECOVERY_OPERATIONS_MAX), life % 2 == 0)) {
            deaths++;
        } else if (world.isBrokerAlive()) {
            return;
        }
        requireStarted();
    }

    private void requireStarted() {
        if (!world.start()) {
            throw new AssertionError("the broker died in a start that nobody disturbed");
        }
    }

    /** One line for the report. */
    String report(final long ms) {
        long sessions = 0;
        for (final ConsumerActor consumer : consumers) {
            sessions += consumer.sessionsResumed;
        }
        long generations = 0;
        for (final MemberActor member : members) {
            generations += member.generations;
        }
        return String.format(
                Locale.ROOT,
                "simulation: seed %d, %d events, hash %016x, %d ms; %d records acknowledged, %d shown, %d offsets "
                        + "committed, %d fetches in sessions, %d generations joined, %d deaths in a disk operation, "
                        + "%d topics deleted at once, %d clients gone behind a request",
                seed,
                trace.count(),
                trace.hash(),
                ms,
                history.acked,
                history.shown,
                history.committed,
                sessions,
                generations,
                deaths,
                races.races,
                world.network.cutsAfterFrames());
    }

    /** Runs a seed in a JVM of its own: seed, variant, and optionally a file for the trace; prints count and hash. */
    public static void main(final String[] args) throws IOException {
        final long seed = Long.parseLong(args[0]);
        final Variant variant = Variant.valueOf(args[1]);
        if (args.length > 2) {
            try (BufferedWriter dump = Files.newBufferedWriter(Path.of(args[2]))) {
                tell(new SimulatedDay(seed, variant, new Trace(dump)));
            }
        } else {
            tell(new SimulatedDay(seed, variant, new Trace()));
        }
    }

    private static void tell(final SimulatedDay day) {
        day.run();
        System.out.println(day.trace);
    }

    String traceLine() {
        return trace.toString();
    }
}
