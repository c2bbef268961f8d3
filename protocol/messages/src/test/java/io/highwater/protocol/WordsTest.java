package io.highwater.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.codec.Codecs;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Error codes, API keys, header versions and ids, each against kafka-clients. */
final class WordsTest {
    @Test
    void errorCodesAreThoseOfTheReleaseThatIsFollowed() {
        final String theirs = Arrays.stream(Errors.values())
                .map(error -> error.code() + " " + error + " " + (error.exception() instanceof RetriableException))
                .sorted()
                .collect(Collectors.joining("\n"));
        final String ours = Arrays.stream(ErrorCode.values())
                .map(error -> error.code() + " " + error + " " + error.retriable())
                .sorted()
                .collect(Collectors.joining("\n"));
        assertEquals(theirs, ours);
        assertEquals(138, ErrorCode.values().length);
    }

    @Test
    void errorCodesAreFoundByNumberAndStrangeOnesAreUnknownErrors() {
        for (final ErrorCode error : ErrorCode.values()) {
            assertSame(error, ErrorCode.forCode(error.code()));
            assertEquals(error == ErrorCode.NONE, error.defaultMessage().isEmpty());
        }
        assertSame(ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.forCode((short) 137));
        assertSame(ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.forCode((short) -2));
    }

    @Test
    void apiKeysVersionsAndHeadersAreThoseOfTheReleaseThatIsFollowed() {
        int known = 0;
        for (final ApiMessageType theirs : ApiMessageType.values()) {
            final ApiKey ours = ApiKey.forId(theirs.apiKey());
            if (theirs.lowestSupportedVersion() > theirs.highestSupportedVersion(true)) {
                assertNull(ours, theirs.name);
                continue;
            }
            known++;
            assertEquals(theirs.name(), ours.name());
            assertEquals(theirs.apiKey(), ours.id());
            assertEquals(theirs.lowestSupportedVersion(), ours.lowestVersion(), theirs.name);
            assertEquals(theirs.highestSupportedVersion(true), ours.highestVersion(), theirs.name);
            for (short version = ours.lowestVersion(); version <= ours.highestVersion(); version++) {
                final String at = theirs.name + " " + version;
                assertEquals(theirs.requestHeaderVersion(version), HeaderVersions.request(ours, version), at);
                assertEquals(theirs.responseHeaderVersion(version), HeaderVersions.response(ours, version), at);
                assertEquals(theirs.requestHeaderVersion(version), HeaderVersions.request(ours.id(), version), at);
                assertEquals(theirs.responseHeaderVersion(version), HeaderVersions.response(ours.id(), version), at);
            }
            assertEquals(ours.lowestVersion(), Codecs.request(ours.id()).lowestVersion());
            assertEquals(ours.highestVersion(), Codecs.response(ours.id()).highestVersion());
            assertEquals(
                    ours.isFlexible(ours.highestVersion()),
                    Codecs.request(ours.id()).isFlexible(ours.highestVersion()));
        }
        assertEquals(known, ApiKey.values().length);
        assertTrue(known >= 91, "APIs: " + known);
    }

    @Test
    void unknownApiKeysHaveNoCodecAndTheHeaderThatEveryVersionBeginsWith() {
        for (final short key : new short[] {-1, 4, 9_999, Short.MIN_VALUE, Short.MAX_VALUE}) {
            assertNull(ApiKey.forId(key));
            assertNull(Codecs.request(key));
            assertNull(Codecs.response(key));
        }
        assertEquals(1, HeaderVersions.request((short) 9_999, (short) 0));
        assertEquals(0, HeaderVersions.response((short) 9_999, (short) 0));
        assertEquals(2, HeaderVersions.request((short) 10_000, (short) 0), "our own are flexible");
        assertEquals(1, HeaderVersions.response((short) 10_000, (short) 0));
        assertEquals(0, HeaderVersions.response(ApiKey.API_VERSIONS, (short) 4), "the one exception");
    }

    @Test
    void idsHaveTheTextFormOfTheEcosystem() {
        final Uuid theirs = Uuid.fromString("Zm9vYmFyYmF6cXV4MTIzNA");
        final UUID ours = new UUID(theirs.getMostSignificantBits(), theirs.getLeastSignificantBits());
        assertEquals("Zm9vYmFyYmF6cXV4MTIzNA", Uuids.toString(ours));
        assertEquals(ours, Uuids.parse("Zm9vYmFyYmF6cXV4MTIzNA"));
        assertEquals(Uuid.ZERO_UUID.toString(), Uuids.toString(Uuids.ZERO));
        assertTrue(Uuids.isZero(new UUID(0, 0)));
        assertFalse(Uuids.isZero(ours));
        assertThrows(IllegalArgumentException.class, () -> Uuids.parse("short"));
        assertThrows(IllegalArgumentException.class, () -> Uuids.parse("Zm9vYmFyYmF6cXV4MTIzN!"));
    }
}
