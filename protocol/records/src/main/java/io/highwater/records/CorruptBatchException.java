package io.highwater.records;

/** The bytes at hand are no readable batch; {@link #problem()} says why. */
public final class CorruptBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BatchProblem problem;

    CorruptBatchException(final BatchProblem problem, final String detail) {
        super(problem + ": " + detail);
        this.problem = problem;
    }

    CorruptBatchException(final BatchProblem problem, final String detail, final Throwable cause) {
        super(problem + ": " + detail, cause);
        this.problem = problem;
    }

    /** Never {@link BatchProblem#NONE}. */
    public BatchProblem problem() {
        return problem;
    }
}
