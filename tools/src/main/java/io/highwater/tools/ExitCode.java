package io.highwater.tools;

/** What every subcommand tells its caller; the numbers are kept for good. Safe for any thread. */
final class ExitCode {
    /** It was done. */
    static final int DONE = 0;
    /** It was tried and failed: a broker said no, did not answer, or records were not there. */
    static final int FAILED = 1;
    /** It was not tried: a flag, a value, an address or a directory that can't be used. */
    static final int USAGE = 2;

    private ExitCode() {}
}
