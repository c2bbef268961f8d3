package io.highwater.tools.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a scenario. Blocks are parted by empty lines; lines that begin with {@code #} are for people.
 *
 * <pre>
 *   CreateTopics 2-7                     the API and its versions, each of which is asked
 *   {"topics": [{"name": "t-${v}"}]}     the request, on one or more lines; ${v} is the version
 *   keep topic /topics/0/topicId         what later requests call ${topic}; each side has its own
 *   apart errorMessage texts are ours    a field that may differ, and why
 *
 *   always CreateTopics                  what follows holds for every later request of this API in the file
 *   apart configs:flush.policy our own   an element of a list, by its name
 *   apart configs:flush.ms/value why     a field of that element
 * </pre>
 */
final class ScenarioFile {
    private ScenarioFile() {}

    static List<Step> read(final Path file) throws IOException {
        final List<Step> steps = new ArrayList<>();
        final Map<String, List<Step.Apart>> always = new HashMap<>();
        final List<String> block = new ArrayList<>();
        int lineNumber = 0;
        int firstLine = 0;
        for (final String line : Files.readAllLines(file)) {
            lineNumber++;
            if (line.isBlank()) {
                add(steps, always, file, firstLine, block);
                block.clear();
            } else if (!line.startsWith("#")) {
                firstLine = block.isEmpty() ? lineNumber : firstLine;
                block.add(line.strip());
            }
        }
        add(steps, always, file, firstLine, block);
        return steps;
    }

    private static void add(
            final List<Step> steps,
            final Map<String, List<Step.Apart>> always,
            final Path file,
            final int line,
            final List<String> block) {
        if (block.isEmpty()) {
            return;
        }
        final String[] head = block.get(0).split("[ -]", -1);
        if (head[0].equals("always")) {
            always.put(head[1], aparts(block));
            return;
        }
        final short lowest = Short.parseShort(head[1]);
        final short highest = Short.parseShort(head[head.length - 1]);
        final StringBuilder body = new StringBuilder();
        final Map<String, String> keep = new LinkedHashMap<>();
        final List<Step.Apart> apart = aparts(block);
        apart.addAll(always.getOrDefault(head[0], List.of()));
        for (final String text : block.subList(1, block.size())) {
            final String[] words = text.split(" ", 3);
            switch (words[0]) {
                case "keep" -> keep.put(words[1], words[2]);
                case "apart" -> {}
                default -> body.append(text).append(' ');
            }
        }
        for (short version = lowest; version <= highest; version++) {
            steps.add(new Step(
                    file.getFileName() + ":" + line,
                    head[0],
                    version,
                    body.toString().replace("${v}", Short.toString(version)),
                    keep,
                    apart));
        }
    }

    private static List<Step.Apart> aparts(final List<String> block) {
        final List<Step.Apart> aparts = new ArrayList<>();
        for (final String text : block) {
            final String[] words = text.split(" ", 3);
            if (words[0].equals("apart")) {
                aparts.add(new Step.Apart(words[1], words[2]));
            }
        }
        return aparts;
    }
}
