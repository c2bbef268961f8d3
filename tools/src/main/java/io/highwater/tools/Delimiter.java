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
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c != '\\') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            i++;
            final char escaped = i < text.length() ? text.charAt(i) : ' ';
            if (escaped == 'x' && i + 2 < text.length() && isHex(text, i + 1) && isHex(text, i + 2)) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
                continue;
            }
            final int at = "ntr0\\".indexOf(escaped);
            if (at < 0) {
                throw new UsageException(flag + " knows \\n \\t \\r \\0 \\\\ and \\xNN, got '" + text + "'");
            }
            bytes.write("\n\t\r\0\\".charAt(at));
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

    private static boolean isHex(final String text, final int at) {
        return Character.digit(text.charAt(at), 16) >= 0;
    }
}
