package io.highwater.tools;

import java.io.InputStream;
import java.io.PrintStream;

/** The three streams of a run: results go to {@code out}, all talk to {@code err}. Confined to the main thread. */
record Terminal(InputStream in, PrintStream out, PrintStream err) {}
