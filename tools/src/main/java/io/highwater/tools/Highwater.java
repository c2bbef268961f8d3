package io.highwater.tools;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParameterException;
import com.beust.jcommander.UnixStyleUsageFormatter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The root of the command line: finds the subcommand, lets it parse its flags, turns what happened into an exit code
 * ({@link ExitCode}). Every failure is one line on standard error. Confined to the main thread.
 */
public final class Highwater {
    /** Made on demand: a start should pay for the flags of one command only. */
    private static final Map<String, Supplier<Subcommand>> SUBCOMMANDS = new LinkedHashMap<>();

    static {
        SUBCOMMANDS.put("server", ServerCommand::new);
        SUBCOMMANDS.put("topics create", TopicsCreateCommand::new);
        SUBCOMMANDS.put("topics list", TopicsListCommand::new);
        SUBCOMMANDS.put("topics describe", TopicsDescribeCommand::new);
        SUBCOMMANDS.put("topics alter", TopicsAlterCommand::new);
        SUBCOMMANDS.put("topics delete", TopicsDeleteCommand::new);
        SUBCOMMANDS.put("topics delete-records", TopicsDeleteRecordsCommand::new);
        SUBCOMMANDS.put("configs describe", ConfigsDescribeCommand::new);
        SUBCOMMANDS.put("configs alter", ConfigsAlterCommand::new);
        SUBCOMMANDS.put("groups list", GroupsListCommand::new);
        SUBCOMMANDS.put("groups describe", GroupsDescribeCommand::new);
        SUBCOMMANDS.put("produce", ProduceCommand::new);
        SUBCOMMANDS.put("consume", ConsumeCommand::new);
    }

    private final Terminal terminal;

    Highwater(final Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(final String[] arguments) {
        System.exit(new Highwater(Terminal.ofProcess()).run(arguments));
    }

    int run(final String... arguments) {
        try {
            final int exitCode = dispatch(arguments);
            terminal.requireWritten();
            return exitCode;
        } catch (final OutputFailedException e) {
            if (!e.isReaderGone()) {
                terminal.err().println("highwater: " + e.getMessage());
            }
            return ExitCode.FAILED;
        } catch (final UsageException e) {
            terminal.err().println("highwater: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (final ParameterException e) {
            terminal.err().println("highwater: " + FlagProblem.text(e) + " (see --help)");
            return ExitCode.USAGE;
        } catch (final FailedException e) {
            terminal.err().println("highwater: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private int dispatch(final String[] arguments) {
        // Before the flags are parsed: what is loaded beside that logs already.
        final boolean isJson = Arrays.asList(arguments).contains(ServerCommand.LOG_JSON) && isServer(arguments);
        (isJson ? LogFormat.JSON : LogFormat.LINES).install();
        if (arguments.length == 1 && "warm-up".equals(arguments[0])) {
            return new WarmUp().run();
        }
        for (int words = Math.min(2, arguments.length); words > 0; words--) {
            final Supplier<Subcommand> found = SUBCOMMANDS.get(String.join(" ", Arrays.copyOf(arguments, words)));
            if (found != null) {
                final Subcommand subcommand = found.get();
                subcommand.prepare();
                return runSubcommand(subcommand, Arrays.copyOfRange(arguments, words, arguments.length));
            }
        }
        return runRoot(arguments);
    }

    private static boolean isServer(final String[] arguments) {
        return "server".equals(arguments[0]);
    }

    private int runSubcommand(final Subcommand subcommand, final String[] arguments) {
        final JCommander parser = parse(subcommand, arguments);
        if (subcommand.helpWanted()) {
            printHelp(parser, subcommand);
            return ExitCode.DONE;
        }
        return subcommand.run(terminal);
    }

    /** Sets the command's flags from its part of the command line. */
    static JCommander parse(final Subcommand subcommand, final String... arguments) {
        final JCommander parser = JCommander.newBuilder()
                .programName("highwater " + subcommand.name())
                .addObject(subcommand)
                .build();
        parser.parse(arguments);
        return parser;
    }

    private void printHelp(final JCommander parser, final Subcommand subcommand) {
        parser.setUsageFormatter(new UnixStyleUsageFormatter(parser));
        final StringBuilder text = new StringBuilder();
        parser.getUsageFormatter().usage(text);
        terminal.out().println(subcommand.summary());
        terminal.out().print(text);
        terminal.out().println("  Examples:");
        for (final String example : subcommand.examples()) {
            terminal.out().println("    " + example);
        }
    }

    private int runRoot(final String[] arguments) {
        final RootFlags flags = new RootFlags();
        if (arguments.length == 0) {
            printCommands(terminal.err(), "");
            return ExitCode.USAGE;
        }
        final String first = arguments[0];
        if (first.startsWith("-")) {
            JCommander.newBuilder()
                    .programName("highwater")
                    .addObject(flags)
                    .build()
                    .parse(arguments);
            if (flags.version && !flags.help) {
                terminal.out().println("highwater " + version());
            } else {
                printCommands(terminal.out(), "");
            }
            return ExitCode.DONE;
        }
        final String group = first + " ";
        if (SUBCOMMANDS.keySet().stream().noneMatch(name -> name.startsWith(group))) {
            throw new UsageException("no command named '" + first + "'; `highwater --help` lists them");
        }
        final List<String> rest = List.of(arguments).subList(1, arguments.length);
        if (rest.contains("--help") || rest.contains("-h")) {
            printCommands(terminal.out(), group);
            return ExitCode.DONE;
        }
        throw new UsageException(
                rest.isEmpty()
                        ? "'" + first + "' needs one more word; `highwater " + first + " --help` lists them"
                        : "no command named '" + first + " " + rest.get(0) + "'; `highwater " + first
                                + " --help` lists them");
    }

    private static void printCommands(final PrintStream to, final String prefix) {
        to.println("Usage: highwater COMMAND [flags]     highwater COMMAND --help     highwater --version");
        to.println();
        SUBCOMMANDS.forEach((name, command) -> {
            if (name.startsWith(prefix)) {
                to.printf("  %-23s%s%n", name, command.get().summary());
            }
        });
        to.println();
        to.println("Exit codes: 0 done, 1 failed, 2 usage.");
    }

    static String version() {
        final Properties properties = new Properties();
        try (InputStream in = Highwater.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** What the tool takes without a command. */
    private static final class RootFlags {
        @Parameter(
                names = {"--help", "-h"},
                help = true)
        private boolean help;

        @Parameter(names = "--version", help = true)
        private boolean version;
    }
}
