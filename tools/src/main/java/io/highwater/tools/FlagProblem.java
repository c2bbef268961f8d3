package io.highwater.tools;

import com.beust.jcommander.ParameterException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in a user's words what the parser says in a programmer's. Stateless, safe for any thread. */
final class FlagProblem {
    private static final Pattern STRAY = Pattern.compile("Was passed main parameter '(.*)' but no main parameter .*");
    private static final Pattern MISSING = Pattern.compile("Main parameters are required \\(\"(.*)\"\\)");

    private FlagProblem() {}

    /** One line. */
    static String text(final ParameterException problem) {
        final String message =
                String.valueOf(problem.getMessage()).replace('\n', ' ').strip();
        final Matcher stray = STRAY.matcher(message);
        if (stray.matches()) {
            final String word = stray.group(1);
            return (word.startsWith("-") ? "unknown flag '" : "unexpected '") + word + "'";
        }
        final Matcher missing = MISSING.matcher(message);
        return missing.matches() ? missing.group(1) + " is missing" : message;
    }
}
