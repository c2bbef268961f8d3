package io.highwater.broker.server;

/**
 * A host and a port as people write them: {@code host:port}, {@code [v6]:port}, with or without {@code PLAINTEXT://}
 * before it. No host means every interface.
 */
public record HostPort(String host, int port) {
    private static final String SCHEME = "PLAINTEXT://";
    private static final int PORT_MAX = 65535;

    /** Reads one address. */
    public static HostPort parse(final String key, final String text) throws ConfigException {
        final String trimmed = text.trim();
        final String address = trimmed.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? trimmed.substring(SCHEME.length())
                : trimmed;
        if (address.contains("://")) {
            throw bad(key, text, "only PLAINTEXT is served, write HOST:PORT");
        }
        final int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw bad(key, text, "write HOST:PORT");
        }
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":") || host.contains(",")) {
            throw bad(
                    key, text, host.contains(",") ? "write one HOST:PORT" : "write an IPv6 address as [ADDRESS]:PORT");
        }
        return new HostPort(host.isEmpty() ? "0.0.0.0" : host, parsePort(key, text, address.substring(colon + 1)));
    }

    private static int parsePort(final String key, final String text, final String portText) throws ConfigException {
        try {
            final int port = Integer.parseInt(portText);
            if (port >= 0 && port <= PORT_MAX) {
                return port;
            }
        } catch (final NumberFormatException e) {
            throw bad(key, text, "the port must be a number from 0 to " + PORT_MAX);
        }
        throw bad(key, text, "the port must be from 0 to " + PORT_MAX);
    }

    private static ConfigException bad(final String key, final String text, final String advice) {
        return new ConfigException("bad value for " + key + ": '" + text.trim() + "': " + advice);
    }

    /** True when clients can't be told this host because it stands for all of them. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
