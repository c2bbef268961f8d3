package io.highwater.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

final class ClientTextTest {
    @Test
    void leavesOrdinaryTextAlone() {
        final String text = "orders-\u00fc \u2028";
        assertSame(text, ClientText.shown(text));
        final String longest = "x".repeat(ClientText.LENGTH_MAX);
        assertSame(longest, ClientText.shown(longest));
    }

    @Test
    void aLineBreakMakesNoLogLine() {
        assertEquals("a\\x0ab\\x1b[31m\\x7f\\x85", ClientText.shown("a\nb\u001b[31m\u007f\u0085"));
    }

    @Test
    void cutsWhatIsLong() {
        final String shown = ClientText.shown("y".repeat(30_000));
        assertEquals("y".repeat(ClientText.LENGTH_MAX) + "... (30000 characters)", shown);
    }
}
