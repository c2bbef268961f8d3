package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class JoinRequestTest {
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
