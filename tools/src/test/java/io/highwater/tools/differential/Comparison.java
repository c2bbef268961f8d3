package io.highwater.tools.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Two answers side by side, without what may differ: ids, times, addresses, and what a step sets apart. Lists of objects are
 * sets: Kafka answers in the order of its hash tables; objects with names are compared name by name. Texts for people are
 * each broker's own, and counted apart. Pure functions.
 */
final class Comparison {
    /** Fields that are each broker's own. That both have one, or both have none, is compared. */
    private static final Set<String> OWN = Set.of(
            "topicId",
            "clusterId",
            "producerId",
            "memberId",
            "leader",
            "sessionId",
            "port",
            "host",
            "timestamp",
            "logAppendTimeMs",
            "lastTimestamp",
            "brokerEpoch",
            "totalBytes",
            "usableBytes",
            "logDir",
            "lastFetchTimestamp",
            "lastCaughtUpTimestamp");

    private static final Set<String> TEXTS = Set.of("errorMessage", "batchIndexErrorMessage");

    private Comparison() {}

    /** True when the two differ in nothing at all, texts included. */
    static boolean areEqual(final JsonNode kafka, final JsonNode highwater) {
        return kafka.equals(highwater) || reduced(kafka, Set.of()).equals(reduced(highwater, Set.of()));
    }

    /** Where the two differ, one line each; empty when they are equal. */
    static List<String> differences(final JsonNode kafka, final JsonNode highwater, final Step step) {
        final List<String> found = new ArrayList<>();
        final Set<String> apart = new HashSet<>(TEXTS);
        step.apart().forEach(field -> apart.add(field.field()));
        if (!apart.contains("*")) {
            compare("", reduced(kafka, apart), reduced(highwater, apart), found);
        }
        return found;
    }

    private static JsonNode reduced(final JsonNode node, final Set<String> apart) {
        if (node.isObject()) {
            final Map<String, JsonNode> sorted = new TreeMap<>();
            for (final Map.Entry<String, JsonNode> field : node.properties()) {
                final String name = field.getKey();
                if (!apart.contains(name)) {
                    sorted.put(name, own(name, withoutNamed(name, field.getValue(), apart), apart));
                }
            }
            final ObjectNode object = JsonNodeFactory.instance.objectNode();
            sorted.forEach(object::set);
            return object;
        }
        if (node.isArray()) {
            final List<JsonNode> elements = new ArrayList<>();
            node.forEach(element -> elements.add(reduced(element, apart)));
            if (!elements.isEmpty() && elements.get(0).isObject()) {
                elements.sort(Comparator.comparing(JsonNode::toString));
            }
            final ArrayNode array = JsonNodeFactory.instance.arrayNode();
            elements.forEach(array::add);
            return array;
        }
        return node;
    }

    /** The list without the elements, and the fields of elements, that are set apart by their names. */
    private static JsonNode withoutNamed(final String list, final JsonNode value, final Set<String> apart) {
        if (!value.isArray()) {
            return value;
        }
        final ArrayNode rest = JsonNodeFactory.instance.arrayNode();
        for (final JsonNode element : value) {
            final String place = list + ":" + element.path("name").asText();
            if (apart.stream().anyMatch(field -> field.startsWith(place + "/"))) {
                final ObjectNode part = element.deepCopy();
                apart.stream()
                        .filter(field -> field.startsWith(place + "/"))
                        .forEach(field -> part.remove(field.substring(place.length() + 1)));
                rest.add(part);
            } else if (!apart.contains(place)) {
                rest.add(element);
            }
        }
        return rest;
    }

    private static JsonNode own(final String name, final JsonNode value, final Set<String> apart) {
        if (!OWN.contains(name) || !value.isValueNode()) {
            return reduced(value, apart);
        }
        final String text = value.asText();
        final boolean isNone =
                value.isNull() || text.isEmpty() || text.equals("-1") || text.equals("AAAAAAAAAAAAAAAAAAAAAA");
        return JsonNodeFactory.instance.textNode(isNone ? "none" : "some");
    }

    private static void compare(
            final String at, final JsonNode kafka, final JsonNode highwater, final List<String> found) {
        if (kafka.isObject() && highwater.isObject()) {
            kafka.fieldNames().forEachRemaining(name -> {
                final JsonNode other = highwater.get(name);
                if (other == null) {
                    found.add(at + "/" + name + ": kafka " + kafka.get(name) + ", highwater has no such field");
                } else {
                    compare(at + "/" + name, kafka.get(name), other, found);
                }
            });
            highwater.fieldNames().forEachRemaining(name -> {
                if (!kafka.has(name)) {
                    found.add(at + "/" + name + ": kafka has no such field, highwater " + highwater.get(name));
                }
            });
        } else if (areNamed(kafka) && areNamed(highwater)) {
            compare(at, byName(kafka), byName(highwater), found);
        } else if (kafka.isArray() && highwater.isArray() && kafka.size() == highwater.size()) {
            for (int i = 0; i < kafka.size(); i++) {
                compare(at + "/" + i, kafka.get(i), highwater.get(i), found);
            }
        } else if (!kafka.equals(highwater)) {
            found.add((at.isEmpty() ? "/" : at) + ": kafka " + kafka + ", highwater " + highwater);
        }
    }

    /** True for a list of which each element has a name that no other has. */
    private static boolean areNamed(final JsonNode node) {
        final Set<String> names = new HashSet<>();
        for (final JsonNode element : node) {
            if (!element.path("name").isTextual()
                    || !names.add(element.get("name").asText())) {
                return false;
            }
        }
        return node.isArray();
    }

    private static JsonNode byName(final JsonNode list) {
        final ObjectNode named = JsonNodeFactory.instance.objectNode();
        list.forEach(element -> named.set(element.get("name").asText(), element));
        return named;
    }
}
