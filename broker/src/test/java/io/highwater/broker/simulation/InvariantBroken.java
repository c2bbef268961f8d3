package io.highwater.broker.simulation;

/** A promise of the broker was not kept. The message begins with the name of the invariant. */
final class InvariantBroken extends AssertionError {
    private static final long serialVersionUID = 1L;

    InvariantBroken(final String invariant, final String what) {
        super(invariant + ": " + what);
    }
}
