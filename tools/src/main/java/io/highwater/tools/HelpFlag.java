package io.highwater.tools;

import com.beust.jcommander.Parameter;

/** The flag that every subcommand has. Confined to the main thread. */
abstract class HelpFlag implements Subcommand {
    @Parameter(
            names = {"--help", "-h"},
            help = true,
            description = "Say what this command takes, with examples.")
    private boolean help;

    @Override
    public boolean helpWanted() {
        return help;
    }
}
