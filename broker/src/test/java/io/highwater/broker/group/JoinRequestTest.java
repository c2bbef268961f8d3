package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JoinRequestTest {
    /** Protocols without name and metadata are six bytes of a frame each, and more than that in memory. */
    @Test
    void reckonsTheObjectsOfItsProtocolsToo() {
        final List<MemberProtocol> many = Collections.nCopies(10_000, new MemberProtocol("", new byte[0]));
        assertTrue(heldBytes(many) - heldBytes(List.of()) >= 10_000 * 100);
    }

    private static long heldBytes(final List<MemberProtocol> protocols) {
        return new JoinRequest(
                        1, "", "fresh", null, "client", "/host", 10_000, 10_000, "consumer", protocols, false, false)
                .heldBytes();
    }

    @Test
    void aMemberIdBeginsWithTheNameOfItsInstanceOrElseOfItsClient() {
        assertEquals("client-7", JoinRequest.newMemberId(null, "client", "7"));
        assertEquals("instance-7", JoinRequest.newMemberId("instance", "client", "7"));
        assertEquals("-7", JoinRequest.newMemberId(null, "", "7"));
    }

    @Test
    void aLongNameIsCutAndNeverInTheMiddleOfACharacter() {
        assertEquals("n".repeat(255) + "-7", JoinRequest.newMemberId(null, "n".repeat(30_000), "7"));
        final String pair = "\uD83D\uDE00";
        assertEquals(pair.repeat(127) + "-7", JoinRequest.newMemberId(null, pair.repeat(200), "7"));
    }
}
