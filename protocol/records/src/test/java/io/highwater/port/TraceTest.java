package io.highwater.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TraceTest {
    @Test
    void theHashDependsOnContentAndOrder() {
        final Trace one = new Trace();
        one.event("a");
        one.event("b", 1);
        final Trace two = new Trace();
        two.event("b", 1);
        two.event("a");
        assertNotEquals(one.hash(), two.hash());
        final Trace three = new Trace();
        three.event("a");
        three.event("b", 1);
        assertEquals(one.hash(), three.hash());
        assertEquals(2, one.count());
    }

    @Test
    void bytesCountByContentAndAreNotMoved() {
        final ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
        final Trace one = new Trace();
        one.event("sent", bytes);
        final Trace two = new Trace();
        two.event("sent", ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 3));
        assertEquals(one.hash(), two.hash());
        assertEquals(0, bytes.position());
        final Trace three = new Trace();
        three.event("sent", ByteBuffer.wrap(new byte[] {1, 2, 4}));
        assertNotEquals(one.hash(), three.hash());
    }

    @Test
    void theDumpHasALineForEachEvent() {
        final StringBuilder dump = new StringBuilder();
        final Trace trace = new Trace(dump);
        trace.event("start");
        trace.event("append", 5, 6);
        assertEquals("start\nappend 5 6\n", dump.toString());
    }
}
