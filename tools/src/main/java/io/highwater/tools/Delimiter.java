package io.highwater.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What stands between records in a stream: one or more bytes, written with {@code \n}, {@code \t}, {@code \r}, {@code \0}
 * and {@code \xNN} escapes. Confined to the main thread.
 */
final class Delimiter {
    /** Holds the record that is being read; grows to the longest. */
    private byte[] record = new byte[4096];

    private final byte[] bytes;

    private Delimiter(final byte[] bytes) {
        this.bytes = bytes;
    }

    static Delimiter parse(final String flag, final String text) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            final char c = text.charAt(at);
            if (c == '\\') {
                at = unescape(flag, text, at + 1, bytes);
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                at++;
            }
        }
        if (bytes.size() == 0) {
            throw new UsageException(flag + " must not be empty");
        }
        return new Delimiter(bytes.toByteArray());
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** The next record, without its delimiter; null at the end of the stream. A last one needs no delimiter. */
    byte[] nextRecord(final InputStream in) throws IOException {
        final byte last = bytes[bytes.length - 1];
        int size = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (size == record.length) {
                record = Arrays.copyOf(record, 2 * size);
            }
            record[size++] = (byte) b;
            final int content = size - bytes.length;
            if ((byte) b == last && content >= 0 && Arrays.equals(record, content, size, bytes, 0, bytes.length)) {
                return Arrays.copyOf(record, content);
            }
        }
        return size == 0 ? null : Arrays.copyOf(record, size);
    }

    /** Reads the escape that begins behind a backslash; returns where the text goes on. */
    private static int unescape(final String flag, final String text, final int at, final ByteArrayOutputStream bytes) {
        final char escaped = at < text.length() ? text.charAt(at) : ' ';
        if (escaped == 'x' && isHex(text, at + 1) && isHex(text, at + 2)) {
            bytes.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
            return at + 3;
        }
        final int known = "ntr0\\".indexOf(escaped);
        if (known < 0) {
            throw new UsageException(flag + " knows \\n \\t \\r \\0 \\\\ and \\xNN, got '" + text + "'");
        }
        bytes.write("\n\t\r\0\\".charAt(known));
        return at + 1;
    }

    private static boolean isHex(final String text, final int at) {
        return at < text.length() && Character.digit(text.charAt(at), 16) >= 0;
    }
}
