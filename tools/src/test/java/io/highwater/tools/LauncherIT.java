package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.Distribution;
import io.highwater.tools.process.Run;
import io.highwater.tools.process.ServerProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher and the root of the command line, as a shell sees them. */
class LauncherIT {
    @TempDir
    Path scratch;

    @Test
    void saysItsVersionAndItsCommands() {
        assertTrue(highwater("--version").mustSucceed().out().matches("highwater \\d+\\.\\d+\\.\\d+.*\\n"));
        final String help = highwater("--help").mustSucceed().out();
        assertTrue(help.contains("topics create") && help.contains("server"), help);
        assertTrue(highwater("consume", "--help").mustSucceed().out().contains("Examples:"));
    }

    @Test
    void stopsCleanlyOnSigtermWithItsOwnPid() throws Exception {
        try (ServerProcess server = start("data")) {
            final String commandLine = Files.readString(Path.of("/proc/" + server.pid() + "/cmdline"));
            assertTrue(commandLine.contains("java"), "the script must have become the JVM: " + commandLine);
            assertEquals(0, server.stop());
        }
    }

    @Test
    void aSignalDuringTheStartIsACleanStopToo() throws Exception {
        final Path data = scratch.resolve("early");
        final ProcessBuilder builder = new ProcessBuilder(
                Distribution.launcher().toString(),
                "server",
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:" + ServerProcess.freePort());
        builder.environment().put("HIGHWATER_CDS", Distribution.cdsCache().toString());
        final Process process = builder.redirectErrorStream(true)
                .redirectOutput(scratch.resolve("early.log").toFile())
                .start();
        // Some 100 ms before it is ready.
        while (!Files.exists(data)) {
            assertTrue(process.isAlive(), "ended by itself");
            Thread.onSpinWait();
        }
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "no stop within 30 s");
        assertEquals(0, process.exitValue(), Files.readString(scratch.resolve("early.log")));
        try (ServerProcess server = start("early")) {
            assertEquals(0, server.stop());
        }
    }

    @Test
    void startsFromAnyFolderThroughALink() throws Exception {
        final Path link = Files.createSymbolicLink(scratch.resolve("hw"), Distribution.launcher());
        final Run run = Run.of(
                scratch,
                null,
                Map.of("HIGHWATER_CDS", Distribution.cdsCache().toString()),
                "sh",
                "-c",
                "cd / && " + link + " --version");
        assertTrue(run.mustSucceed().out().startsWith("highwater "));
    }

    @Test
    void startsWhereTheShellLooksForFoldersElsewhere() throws Exception {
        final Run run = Run.of(
                scratch,
                null,
                Map.of("HIGHWATER_CDS", Distribution.cdsCache().toString(), "CDPATH", ".:/"),
                "sh",
                "-c",
                "cd " + Distribution.launcher().getParent().getParent() + " && bin/highwater --version");
        assertTrue(run.mustSucceed().out().startsWith("highwater "));
    }

    @Test
    void saysThatACheckoutCannotBeBuiltIn() throws Exception {
        final Path checkout =
                Files.createDirectories(scratch.resolve("read-only/bin")).getParent();
        Files.copy(Distribution.launcher(), checkout.resolve("bin/highwater"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        // To root every file can be written to, but no folder is where a file is.
        Files.writeString(checkout.resolve(".mvn"), "");
        final Run run = Run.of(
                scratch,
                null,
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                "/usr/bin/bash",
                checkout.resolve("bin/highwater").toString(),
                "server");
        assertRefused(run, "can't be written to");
    }

    @Test
    void leavesACommaInAConfigToTheBroker() throws Exception {
        try (ServerProcess server = start("commas")) {
            final Run run = highwater(
                    "topics",
                    "create",
                    "t",
                    "--config",
                    "cleanup.policy=compact,delete",
                    "--bootstrap",
                    server.bootstrap());
            assertEquals(1, run.exitCode());
            assertTrue(run.err().contains("cleanup.policy"), run.err());
        }
    }

    @Test
    void usesTheClassDataArchive() {
        final Run run = Run.of(
                scratch,
                null,
                Map.of(
                        "HIGHWATER_CDS",
                        Distribution.cdsCache().toString(),
                        "HIGHWATER_OPTS",
                        "-Xlog:class+load:file=" + scratch.resolve("classes")),
                Distribution.launcher().toString(),
                "--version");
        run.mustSucceed();
        final String classes = read(scratch.resolve("classes"));
        for (final String used : List.of("io.highwater.tools.Highwater", "com.beust.jcommander.JCommander")) {
            assertTrue(classes.contains(used + " source: shared objects file (top)"), used);
        }
    }

    /** A JVM that does not know a flag does not start, and without glibc this one does nothing but warn. */
    @ParameterizedTest
    @CsvSource({
        "17, gnu, false",
        "17.0.11, gnu, false",
        "17.0.12, gnu, true",
        "17.0.15.1, gnu, true",
        "17.0.15, musl, false",
        "21.0.3, gnu, false",
        "21.0.4, gnu, true",
        "22.0.2, gnu, false",
        "23, gnu, true",
        "25.0.3, gnu, true",
        "26-ea, gnu, true"
    })
    void asksForNativeMemoryBackWhereTheJvmKnowsHow(final String version, final String libc, final boolean knowsHow)
            throws Exception {
        final Path java = Files.createDirectories(scratch.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(scratch.resolve("jdk/release"), "JAVA_VERSION=\"" + version + "\"\nLIBC=\"" + libc + "\"\n");
        final Run run = Run.of(
                scratch,
                null,
                Map.of("JAVA_HOME", scratch.resolve("jdk").toString(), "HIGHWATER_CDS", "off"),
                Distribution.launcher().toString(),
                "server");
        final String commandLine = run.mustSucceed().out();
        assertEquals(knowsHow, commandLine.contains("-XX:TrimNativeHeapInterval="), commandLine);
    }

    @Test
    void failsWhenItsResultsCantBeWritten() {
        final Run run = Run.of(
                scratch,
                null,
                Map.of("HIGHWATER_CDS", Distribution.cdsCache().toString()),
                "bash",
                "-c",
                Distribution.launcher() + " --help > /dev/full");
        assertEquals(1, run.exitCode());
        assertEquals(
                "highwater: can't write to standard output: No space left on device",
                run.err().strip());
    }

    @Test
    void saysWhichFlagItDoesNotKnow() {
        final Run run = highwater("server", "--bogus");
        assertEquals(2, run.exitCode());
        assertEquals("highwater: unknown flag '--bogus' (see --help)", run.err().strip());
    }

    @Test
    void carriesNoClassThatPhonesHome() throws Exception {
        for (final Path jar : Distribution.jars()) {
            assertTrue(!jar.getFileName().toString().contains("analytics"), jar.toString());
            try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(jar.toFile())) {
                assertTrue(
                        zip.stream().noneMatch(entry -> entry.getName().startsWith("net/openhft/chronicle/analytics/")),
                        jar.toString());
            }
        }
    }

    @Test
    void refusesASecondServerOnTheSameDirectory() throws Exception {
        try (ServerProcess server = start("data")) {
            final Run second = highwater(
                    "server",
                    "--data",
                    scratch.resolve("data").toString(),
                    "--listen",
                    "127.0.0.1:" + ServerProcess.freePort());
            assertRefused(second, "data");
            assertTrue(server.isAlive());
        }
    }

    @Test
    void refusesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    highwater(
                            "server",
                            "--data",
                            scratch.resolve("data").toString(),
                            "--listen",
                            "127.0.0.1:" + taken.getLocalPort()),
                    String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void refusesADirectoryOfAnotherFormat() throws Exception {
        final Path data = Files.createDirectories(scratch.resolve("data"));
        Files.writeString(data.resolve("meta.properties"), "version=0\nbroker.id=1\n");
        assertRefused(
                highwater("server", "--data", data.toString(), "--listen", "127.0.0.1:" + ServerProcess.freePort()),
                data.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "no.such.key=1, no.such.key",
        "num.partitions=many, num.partitions",
        "num.partitions=0, num.partitions",
        "flush.policy=never, flush.policy",
        "listeners=nonsense, listeners",
        "node.id=-1, node.id"
    })
    void refusesAKeyOrValueThatCannotBe(final String setting, final String named) {
        assertRefused(highwater("server", "--data", scratch.resolve("data").toString(), "--set", setting), named);
    }

    @Test
    void refusesUnknownFlagsAndCommands() {
        assertRefused(highwater("server", "--nonsense"), "--nonsense");
        assertRefused(highwater("nonsense"), "nonsense");
        assertRefused(highwater("topics"), "topics");
        assertRefused(highwater("server", "--config", scratch.resolve("missing").toString()), "missing");
    }

    @Test
    void saysWhatIsMissingWithoutJavaOrMaven() throws Exception {
        final Path bare = Files.createDirectories(scratch.resolve("bare"));
        for (final String tool : new String[] {"bash", "readlink", "env", "find", "flock", "tail", "dirname"}) {
            Files.createSymbolicLink(bare.resolve(tool), Path.of("/usr/bin/" + tool));
        }
        final Run noJava = Run.of(
                scratch,
                null,
                Map.of("PATH", bare.toString(), "JAVA_HOME", ""),
                "/usr/bin/bash",
                Distribution.launcher().toString(),
                "server");
        assertRefused(noJava, "JDK 17");
        final Path checkout =
                Files.createDirectories(scratch.resolve("checkout/bin")).getParent();
        Files.copy(Distribution.launcher(), checkout.resolve("bin/highwater"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        final Run noMaven = Run.of(
                scratch,
                null,
                Map.of("PATH", bare.toString(), "JAVA_HOME", System.getProperty("java.home")),
                "/usr/bin/bash",
                checkout.resolve("bin/highwater").toString(),
                "server");
        assertRefused(noMaven, "Maven");
    }

    private ServerProcess start(final String name) throws Exception {
        return ServerProcess.start(scratch.resolve(name), ServerProcess.freePort());
    }

    private Run highwater(final String... arguments) {
        return Run.highwater(scratch, null, arguments);
    }

    /** Exit 2 and one line, in which the culprit is named. */
    private static void assertRefused(final Run run, final String culprit) {
        assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
        final List<String> lines = run.err().lines().toList();
        assertEquals(1, lines.size(), run.err());
        assertTrue(lines.get(0).startsWith("highwater: ") && lines.get(0).contains(culprit), run.err());
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file);
        } catch (final java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
