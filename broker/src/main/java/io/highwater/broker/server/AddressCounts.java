package io.highwater.broker.server;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads lists of {@code ADDRESS:COUNT}. Addresses are numbers: a name would stand for other ones tomorrow. Pure. */
final class AddressCounts {
    private AddressCounts() {}

    static Map<InetAddress, Integer> parse(final String key, final String text) throws ConfigException {
        final Map<InetAddress, Integer> counts = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return counts;
        }
        for (final String entry : text.split(",", -1)) {
            final int colon = entry.lastIndexOf(':');
            final byte[] address = colon < 1
                    ? null
                    : NetUtil.createByteArrayFromIpAddressString(
                            entry.substring(0, colon).strip());
            final int count = colon < 1 ? -1 : count(entry.substring(colon + 1).strip());
            if (address == null || count < 0) {
                throw new ConfigException("bad value for " + key + ": '" + entry.strip()
                        + "': write ADDRESS:COUNT, for example 10.1.2.3:100");
            }
            try {
                counts.put(InetAddress.getByAddress(address), count);
            } catch (final UnknownHostException e) {
                throw new IllegalStateException("an address of " + address.length + " bytes", e);
            }
        }
        return counts;
    }

    private static int count(final String text) {
        try {
            return Integer.parseInt(text);
        } catch (final NumberFormatException e) {
            return -1;
        }
    }
}
