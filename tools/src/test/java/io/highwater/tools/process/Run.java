package io.highwater.tools.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One command run to its end: exit code, what it printed to each stream, and the SHA-256 of its output. */
public record Run(int exitCode, String out, String err, String outSha256) {
    private static final long TIMEOUT_SECONDS = 120;

    /** Runs a command with a file as its standard input (null: none), its output kept in {@code scratch}. */
    public static Run of(final Path scratch, final Path stdin, final Map<String, String> env, final String... command) {
        try {
            final Path out = Files.createTempFile(scratch, "out", "");
            final Path err = Files.createTempFile(scratch, "err", "");
            final ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(stdin == null ? Path.of("/dev/null").toFile() : stdin.toFile());
            builder.environment().putAll(env);
            final Process process = builder.start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("no end after " + TIMEOUT_SECONDS + " s: " + List.of(command));
            }
            final Run run = new Run(process.exitValue(), head(out), head(err), sha256(out));
            Files.delete(out);
            Files.delete(err);
            return run;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Runs {@code highwater} from the distribution. */
    public static Run highwater(final Path scratch, final Path stdin, final String... arguments) {
        final List<String> command =
                new ArrayList<>(List.of(Distribution.launcher().toString()));
        command.addAll(List.of(arguments));
        final Map<String, String> env =
                new TreeMap<>(Map.of("HIGHWATER_CDS", Distribution.cdsCache().toString()));
        return of(scratch, stdin, env, command.toArray(String[]::new));
    }

    public Run mustSucceed() {
        if (exitCode != 0) {
            throw new AssertionError("exit " + exitCode + "\n" + out + "\n" + err);
        }
        return this;
    }

    private static String head(final Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8);
        }
    }

    public static String sha256(final Path file) throws IOException {
        final MessageDigest digest = newSha256();
        try (InputStream in = Files.newInputStream(file)) {
            final byte[] chunk = new byte[1 << 16];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
