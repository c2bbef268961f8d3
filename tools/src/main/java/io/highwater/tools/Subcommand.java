package io.highwater.tools;

import java.util.List;

/**
 * One thing the tool does; its flags are JCommander parameters on the class itself. Confined to the main thread.
 */
interface Subcommand {
    /** What the user types, words separated by one blank: {@code "topics create"}. */
    String name();

    /** One line for the list of commands. */
    String summary();

    /** Whole command lines that work, for the help. */
    List<String> examples();

    /** True when {@code --help} was given. */
    boolean helpWanted();

    /** Begins with what needs no flag and takes its time, beside the parsing of the flags; may be left out. */
    default void prepare() {}

    /**
     * Does it.
     *
     * @return an {@link ExitCode}
     * @throws UsageException when it can't be tried as given
     * @throws FailedException when it was tried in vain
     */
    int run(Terminal terminal);
}
