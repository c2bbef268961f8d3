package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.simulation.SimulatedDay.Variant;
import io.highwater.port.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * One seed is one run, whatever the JVM. The second JVM differs from this one in all that may not matter: identity hash
 * codes, locale, time zone, collector. {@code -Dsim.seed=N} replays a seed.
 */
final class DeterminismTest {
    private static final long SEED = Long.getLong("sim.seed", 20_260_101);
    private static final int EVENTS_MIN = 10_000;

    @Test
    void givesTheSameTraceInTwoJvmsAndAnotherForAnotherSeed() throws Exception {
        final long beginNs = System.nanoTime();
        final Process elsewhere = startElsewhere(SEED, Variant.SOUND);
        final Trace trace = new Trace();
        final SimulatedDay day = new SimulatedDay(SEED, Variant.SOUND, trace).run();
        System.out.println(day.report((System.nanoTime() - beginNs) / 1_000_000));

        assertTrue(trace.count() >= EVENTS_MIN, () -> trace + " are too few");
        assertEquals(trace.toString(), answerOf(elsewhere), "the same seed in another JVM");

        final Trace other = new Trace();
        new SimulatedDay(SEED + 1, Variant.SOUND, other).run();
        assertNotEquals(trace.hash(), other.hash(), "another seed");
    }

    @Test
    void findsAnIterationOverAHashTableKeyedByIdentity() throws Exception {
        final Process elsewhere = startElsewhere(SEED, Variant.HASH_ORDER);
        final Trace trace = new Trace();
        new SimulatedDay(SEED, Variant.HASH_ORDER, trace).run();

        assertNotEquals(trace.toString(), answerOf(elsewhere), "the planted order was not noticed");
    }

    @Test
    void findsABrokerThatForgetsToForceItsSegments() {
        final SimulatedDay day = new SimulatedDay(SEED, Variant.LOST_FORCE, new Trace());

        final String told = assertThrows(AssertionError.class, day::run).getMessage();

        assertTrue(told.matches("(?s)(AckedIsThere|ShownNeverChanges|OnceInOrder): .*-Dsim.seed=" + SEED + ".*"), told);
    }

    private static Process startElsewhere(final long seed, final Variant variant) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=0",
                "-Duser.language=tr",
                "-Duser.timezone=Pacific/Chatham",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                classPath(),
                SimulatedDay.class.getName(),
                Long.toString(seed),
                variant.name()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Surefire may have put the class path into a manifest; it leaves the real one here. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** The last line that the process prints. */
    private static String answerOf(final Process process) throws Exception {
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> "the other JVM failed:\n" + output);
        final List<String> lines =
                Pattern.compile("\\R").splitAsStream(output.strip()).toList();
        return lines.get(lines.size() - 1);
    }
}
