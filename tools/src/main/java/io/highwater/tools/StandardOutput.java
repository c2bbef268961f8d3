package io.highwater.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The process's standard output, which remembers why it could not be written to: a {@link java.io.PrintStream} over it
 * would only tell that there was something. Confined to the main thread.
 */
final class StandardOutput extends OutputStream {
    private IOException failure;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(final int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(final byte[] bytes, final int offset, final int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (final IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Null while all could be written. */
    IOException failureOrNull() {
        return failure;
    }

    /** Whether the reader went away, as {@code head} does when it has enough: that needs no message. */
    static boolean isReaderGone(final IOException failure) {
        return "Broken pipe".equals(failure.getMessage());
    }
}
