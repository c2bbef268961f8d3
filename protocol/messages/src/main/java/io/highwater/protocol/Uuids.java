package io.highwater.protocol;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/**
 * The protocol's ids: zero means "none", and people see 22 characters of URL-safe base64 without padding.
 *
 * <p>Safe for any thread because it holds no state.
 */
public final class Uuids {
    /** The id that stands for none. */
    public static final UUID ZERO = new UUID(0L, 0L);

    private static final int BYTES = 16;
    private static final int TEXT_LENGTH = 22;

    private Uuids() {}

    /** Whether {@code id} is the id that stands for none. */
    public static boolean isZero(final UUID id) {
        return id.getMostSignificantBits() == 0L && id.getLeastSignificantBits() == 0L;
    }

    /** The 22 characters of {@code id}. */
    public static String toString(final UUID id) {
        final ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * The id that {@code text} stands for.
     *
     * @throws IllegalArgumentException when it is not 22 characters of URL-safe base64
     */
    public static UUID parse(final String text) {
        if (text.length() != TEXT_LENGTH) {
            throw new IllegalArgumentException("an id has " + TEXT_LENGTH + " characters: '" + text + "'");
        }
        final ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        return new UUID(bytes.getLong(), bytes.getLong());
    }
}
