package io.highwater.protocol;

/**
 * Which version of the request and response header goes with a version of an API; no schema says it. A flexible version has
 * the header with tagged fields. One exception: the answer to ApiVersions always has the old header, since the client
 * does not know yet what the broker speaks.
 *
 * <p>Safe for any thread because it holds no state.
 */
public final class HeaderVersions {
    /** The first API key of our own; those are flexible in every version. */
    public static final short OWN_API_KEYS = 10_000;

    private HeaderVersions() {}

    /**
     * The version of the request header, 1 or 2. A key that nobody knows gives 1: what that has in it comes first in both.
     */
    public static short request(final short apiKey, final short version) {
        return (short) (isFlexible(apiKey, version) ? 2 : 1);
    }

    /** The version of the response header, 0 or 1. */
    public static short response(final short apiKey, final short version) {
        return (short) (apiKey != ApiKey.API_VERSIONS.id() && isFlexible(apiKey, version) ? 1 : 0);
    }

    /** {@link #request(short, short)} of an API that the schemas know. */
    public static short request(final ApiKey apiKey, final short version) {
        return (short) (apiKey.isFlexible(version) ? 2 : 1);
    }

    /** {@link #response(short, short)} of an API that the schemas know. */
    public static short response(final ApiKey apiKey, final short version) {
        return response(apiKey.id(), version);
    }

    private static boolean isFlexible(final short apiKey, final short version) {
        final ApiKey known = ApiKey.forId(apiKey);
        return known == null ? apiKey >= OWN_API_KEYS : known.isFlexible(version);
    }
}
