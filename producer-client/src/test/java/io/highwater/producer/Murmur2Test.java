package io.highwater.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Murmur2Test {
    /** Values that the ecosystem's producers give, as its clients' own tests pin them. */
    @Test
    void keysHashAsTheyDoInOtherClients() {
        assertEquals(-973932308, hash("21"));
        assertEquals(-790332482, hash("foobar"));
        assertEquals(-985981536, hash("a-little-bit-long-string"));
        assertEquals(-1486304829, hash("a-little-bit-longer-string"));
        assertEquals(-58897971, hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"));
        assertEquals(479470107, hash("abc"));
    }

    @Test
    void onlyTheBytesFromPositionToLimitCount() {
        final ByteBuffer padded = ByteBuffer.wrap("xxfoobarxx".getBytes(StandardCharsets.UTF_8), 2, 6);
        assertEquals(-790332482, Murmur2.hash(padded));
        assertEquals(2, padded.position());
    }

    private static int hash(final String key) {
        return Murmur2.hash(ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)));
    }
}
