package io.highwater.broker.observe;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request and its answer on one connection, which is over then. Of the request only the first line counts; its head may
 * have {@value #HEAD_BYTES_MAX} bytes and a body is not looked at. Confined to the answering thread.
 */
final class HttpExchange {
    static final int HEAD_BYTES_MAX = 8_192;

    private static final int LEFTOVER_BYTES_MAX = 65_536;
    private static final int LEFTOVER_MS_MAX = 500;

    /** Method, path without query, version. */
    private static final Pattern REQUEST_LINE =
            Pattern.compile("([A-Z]{1,16}) (/[!-~&&[^?]]*)(?:\\?[!-~]*)? HTTP/(\\d\\.\\d)");

    private HttpExchange() {}

    static void answer(final Socket socket, final AdminPages pages) throws IOException {
        final InputStream in = socket.getInputStream();
        final byte[] head = new byte[HEAD_BYTES_MAX];
        final int length = readHead(in, head);
        if (length == 0) {
            return;
        }
        final String line = firstLine(head, length);
        final Matcher request = REQUEST_LINE.matcher(line);
        final HttpAnswer answer;
        if (length == HEAD_BYTES_MAX && !isComplete(head, length)) {
            answer = AdminPages.refusal(431, "the request's head is too long");
        } else if (!isComplete(head, length) || !request.matches()) {
            answer = AdminPages.refusal(400, "that is no HTTP request");
        } else if (!request.group(3).startsWith("1.")) {
            answer = AdminPages.refusal(505, "only HTTP/1.0 and 1.1");
        } else {
            answer = pages.answer(request.group(1), request.group(2));
        }
        socket.getOutputStream().write(answer.encode(!line.startsWith("HEAD ")));
        socket.shutdownOutput();
        readLeftover(socket, in, head);
    }

    /** Reads until the empty line, the end of the stream, or the buffer's end. */
    private static int readHead(final InputStream in, final byte[] head) throws IOException {
        int length = 0;
        while (length < head.length && !isComplete(head, length)) {
            final int read = in.read(head, length, head.length - length);
            if (read < 0) {
                return length;
            }
            length += read;
        }
        return length;
    }

    /** True when an empty line is in it. */
    private static boolean isComplete(final byte[] head, final int length) {
        int lineBytes = 0;
        for (int i = 0; i < length; i++) {
            if (head[i] == '\n') {
                if (lineBytes == 0 && i > 0) {
                    return true;
                }
                lineBytes = 0;
            } else if (head[i] != '\r') {
                lineBytes++;
            }
        }
        return false;
    }

    private static String firstLine(final byte[] head, final int length) {
        int end = 0;
        while (end < length && head[end] != '\r' && head[end] != '\n') {
            end++;
        }
        return new String(head, 0, end, StandardCharsets.ISO_8859_1);
    }

    /** Closing with bytes unread would reset the connection, and the client might never see the answer. */
    private static void readLeftover(final Socket socket, final InputStream in, final byte[] buffer)
            throws IOException {
        socket.setSoTimeout(LEFTOVER_MS_MAX);
        int left = LEFTOVER_BYTES_MAX;
        try {
            int read = in.read(buffer);
            while (read >= 0 && left > 0) {
                left -= read;
                read = in.read(buffer);
            }
        } catch (final SocketTimeoutException e) {
            // The client keeps its side open: the answer has had its time to arrive.
            return;
        }
    }
}
