package io.highwater.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * The three streams of a run: results go to {@code out}, all talk to {@code err}. Confined to the main thread.
 *
 * @param outFailure why {@code out} could not be written to, null while it could
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, Supplier<IOException> outFailure) {
    /** Streams of somebody's own, which don't fail. */
    Terminal(final InputStream in, final PrintStream out, final PrintStream err) {
        this(in, out, err, () -> null);
    }

    /** The streams of this process. */
    static Terminal ofProcess() {
        final StandardOutput out = new StandardOutput();
        return new Terminal(
                System.in, new PrintStream(out, true, StandardCharsets.UTF_8), System.err, out::failureOrNull);
    }

    /** Writes out what is buffered; results that nobody got are a failure. */
    void requireWritten() throws OutputFailedException {
        out.flush();
        final IOException failure = outFailure.get();
        if (failure != null) {
            throw new OutputFailedException(failure);
        }
    }
}
