package io.highwater.tools.differential;

import java.util.List;
import java.util.Map;

/**
 * One request of a scenario.
 *
 * @param where file and line, for people
 * @param api the API's name, as {@code CreateTopics}
 * @param version its version
 * @param body the request as JSON; what is not named has its default. {@code ${NAME}} is replaced by what was kept.
 * @param keep names for values of the answer, as JSON pointers
 * @param apart fields whose answers may differ, each with a reason
 */
record Step(String where, String api, short version, String body, Map<String, String> keep, List<Apart> apart) {
    /** A place in the answer that may differ ({@code *} for the whole answer), and why. */
    record Apart(String field, String reason) {}
}
