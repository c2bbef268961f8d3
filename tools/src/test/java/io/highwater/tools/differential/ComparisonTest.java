package io.highwater.tools.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a difference between two answers, and what a scenario may set apart. */
class ComparisonTest {
    private static final String KAFKA = "{'configs': [{'name': 'a', 'value': '1'}, {'name': 'b', 'value': '2'}]}";

    @TempDir
    Path scratch;

    @Test
    void namedElementsAreComparedByTheirNames() throws IOException {
        assertEquals(List.of(), differences("[{'name': 'b', 'value': '2'}, {'name': 'a', 'value': '1'}]"));
        assertEquals(
                List.of("/configs/b/value: kafka \"2\", highwater \"3\""),
                differences("[{'name': 'b', 'value': '3'}, {'name': 'a', 'value': '1'}]"));
        assertEquals(
                List.of("/configs/b: kafka {\"name\":\"b\",\"value\":\"2\"}, highwater has no such field"),
                differences("[{'name': 'a', 'value': '1'}]"));
    }

    @Test
    void anElementThatIsSetApartHidesItselfAlone() throws IOException {
        final String highwater = "[{'name': 'a', 'value': '9'}, {'name': 'own', 'value': '1'}]";
        assertEquals(
                List.of("/configs/a/value: kafka \"1\", highwater \"9\""),
                differences(highwater, "configs:b", "configs:own"));
        assertEquals(List.of(), differences(highwater, "configs:b", "configs:own", "configs:a/value"));
        assertEquals(2, differences(highwater, "configs:b", "configs:own/value").size(), "the element itself is news");
    }

    @Test
    void whatAlwaysHoldsForAnApiHoldsForItsLaterStepsOnly() throws IOException {
        final Path file = scratch.resolve("s.txt");
        Files.writeString(file, """
                CreateTopics 7
                {}

                always CreateTopics
                apart configs:own a reason

                CreateTopics 6-7
                {}
                apart brokers another

                Metadata 1
                {}
                """);
        assertEquals(
                List.of(List.of(), List.of("brokers", "configs:own"), List.of("brokers", "configs:own"), List.of()),
                ScenarioFile.read(file).stream()
                        .map(step ->
                                step.apart().stream().map(Step.Apart::field).toList())
                        .toList());
        assertTrue(ScenarioFile.read(file).stream()
                .allMatch(step -> step.body().strip().equals("{}")));
    }

    private static List<String> differences(final String highwaterConfigs, final String... apart) throws IOException {
        final ObjectMapper json = new ObjectMapper();
        final List<Step.Apart> aparts = List.of(apart).stream()
                .map(field -> new Step.Apart(field, "why"))
                .toList();
        return Comparison.differences(
                json.readTree(KAFKA.replace('\'', '"')),
                json.readTree("{'configs': %s}".formatted(highwaterConfigs).replace('\'', '"')),
                new Step("here", "CreateTopics", (short) 7, "{}", Map.of(), aparts));
    }
}
