package io.highwater.tools.differential;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Sends every request of the scenarios to both brokers, both freshly started on empty directories with node id 1, and prints
 * where their answers differ and a table of counts. Exit code 0 when every difference is one that its step explains.
 *
 * <pre>
 *   java -cp ... io.highwater.tools.differential.Differential KAFKA_HOST:PORT HIGHWATER_HOST:PORT FILE...
 * </pre>
 */
public final class Differential {
    private static final int EQUAL = 0;
    private static final int TEXTS = 1;
    private static final int EXPLAINED = 2;
    private static final int DIFFERENT = 3;
    private static final int KINDS = 4;

    private final Map<String, int[]> counts = new TreeMap<>();

    private Differential() {}

    /** Runs the scenarios; see the class. */
    public static void main(final String[] args) throws Exception {
        System.exit(new Differential().run(args[0], args[1], Arrays.asList(args).subList(2, args.length)) ? 0 : 1);
    }

    private boolean run(final String kafkaAddress, final String highwaterAddress, final List<String> files)
            throws IOException, ReflectiveOperationException, InterruptedException {
        int requests = 0;
        int different = 0;
        try (Side kafka = new Side(kafkaAddress);
                Side highwater = new Side(highwaterAddress)) {
            for (final String file : files) {
                for (final Step step : ScenarioFile.read(Path.of(file))) {
                    final JsonNode ofKafka = kafka.ask(step);
                    final JsonNode ofHighwater = highwater.ask(step);
                    final List<String> found = Comparison.differences(ofKafka, ofHighwater, step);
                    count(step, found, Comparison.areEqual(ofKafka, ofHighwater));
                    requests++;
                    different += found.isEmpty() ? 0 : 1;
                    found.forEach(line -> System.out.println(
                            step.where() + " " + step.api() + " " + step.version() + " " + shortened(line)));
                }
            }
        }
        System.out.println();
        System.out.println("| API | requests | equal | equal but for texts | explained | different |");
        System.out.println("|---|---|---|---|---|---|");
        counts.forEach((api, of) ->
                System.out.println("| " + api + " | " + IntStream.of(of).sum() + " | " + of[EQUAL] + " | " + of[TEXTS]
                        + " | " + of[EXPLAINED] + " | " + of[DIFFERENT] + " |"));
        System.out.println();
        System.out.println(requests + " requests, " + different + " with a difference that nothing explains");
        return different == 0;
    }

    private void count(final Step step, final List<String> found, final boolean areEqual) {
        final int kind;
        if (areEqual) {
            kind = EQUAL;
        } else if (!found.isEmpty()) {
            kind = DIFFERENT;
        } else {
            kind = step.apart().isEmpty() ? TEXTS : EXPLAINED;
        }
        counts.computeIfAbsent(step.api(), api -> new int[KINDS])[kind]++;
    }

    private static String shortened(final String line) {
        return line.length() <= 600 ? line : line.substring(0, 600) + "...";
    }
}
