package io.highwater.port;

/**
 * Unwinds the task of a simulated process that was killed under it. An error and not an exception, so that production code
 * can't take it for one of its own failures and go on.
 */
public final class ProcessKilled extends Error {
    private static final long serialVersionUID = 1L;

    /** For simulated devices whose user is gone; everybody else asks {@link SimulatedProcess#requireAlive()}. */
    public ProcessKilled(final String process) {
        super(process + " was killed");
    }
}
