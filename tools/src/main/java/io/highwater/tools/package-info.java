/**
 * The {@code highwater} command line: one class for each subcommand, found by its name. Parses flags, calls the
 * libraries, prints; decides nothing about logs or protocols itself. Runs on the main thread. Main types: {@link
 * io.highwater.tools.Highwater} (the root), {@link io.highwater.tools.Subcommand}.
 */
package io.highwater.tools;
