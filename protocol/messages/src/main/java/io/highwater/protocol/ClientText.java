package io.highwater.protocol;

/**
 * Text that a client sent, on its way into a log line or an error message: cut, and without control characters, so that
 * nobody writes log lines of his own or megabytes of them.
 *
 * <p>Safe for any thread because it holds no state.
 */
public final class ClientText {
    /** Characters that are shown of one text: a topic name fits. */
    public static final int LENGTH_MAX = 256;

    private ClientText() {}

    /** The text as it may be shown; the text itself when there is nothing wrong with it. */
    public static String shown(final String text) {
        if (text.length() <= LENGTH_MAX && text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        final boolean isCut = text.length() > LENGTH_MAX;
        final int end = isCut ? LENGTH_MAX : text.length();
        final StringBuilder shown = new StringBuilder(end + 32);
        for (int i = 0; i < end; i++) {
            final char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                shown.append(String.format("\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return isCut
                ? shown.append("... (")
                        .append(text.length())
                        .append(" characters)")
                        .toString()
                : shown.toString();
    }
}
