package io.highwater.broker.observe;

import java.nio.charset.StandardCharsets;

/**
 * What is sent back for one HTTP request. Immutable.
 *
 * @param status HTTP's number
 * @param contentType of the body
 * @param body the text
 */
record HttpAnswer(int status, String contentType, String body) {
    /** The bytes for the wire, with or without the body; its length is told either way. */
    byte[] encode(final boolean withBody) {
        final byte[] content = body.getBytes(StandardCharsets.UTF_8);
        final byte[] head = ("HTTP/1.1 " + status + " " + reason() + "\r\n"
                        + (status == 405 ? "Allow: GET, HEAD\r\n" : "")
                        + "Content-Type: " + contentType + "\r\n"
                        + "Content-Length: " + content.length + "\r\n"
                        + "Cache-Control: no-store\r\n"
                        + "Connection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        if (!withBody) {
            return head;
        }
        final byte[] whole = new byte[head.length + content.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(content, 0, whole, head.length, content.length);
        return whole;
    }

    private String reason() {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> throw new IllegalStateException("no reason for status " + status);
        };
    }
}
