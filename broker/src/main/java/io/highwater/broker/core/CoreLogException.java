package io.highwater.broker.core;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A core log can't be opened, for a reason that a person has to know: guessing could lose what was acknowledged. */
public final class CoreLogException extends IOException {
    private static final long serialVersionUID = 1L;

    private final LogProblem problem;

    CoreLogException(final LogProblem problem, final Path path, final String what) {
        super(path + ": " + what + " (" + problem.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")");
        this.problem = problem;
    }

    /** Which of the reasons it is. */
    public LogProblem problem() {
        return problem;
    }
}
