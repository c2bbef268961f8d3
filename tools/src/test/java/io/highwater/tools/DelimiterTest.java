package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimiterTest {
    @Test
    void knowsItsEscapes() {
        assertArrayEquals(
                new byte[] {'\n', '\t', 'a', 0, (byte) 0xFE, '\\'},
                parse("\\n\\ta\\0\\xFE\\\\").bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\", "\\q", "\\x", "\\x1", "\\xG0"})
    void refusesWhatItDoesNotKnow(final String text) {
        assertThrows(UsageException.class, () -> parse(text));
    }

    @Test
    void splitsAtEachDelimiterAndNowhereElse() throws IOException {
        assertEquals(List.of("a\nb", "", "c"), split("\\n\\n", "a\nb\n\n\n\nc\n\n"));
        assertEquals(List.of("a", "b"), split("\\n", "a\nb"));
        assertEquals(List.of("a\n"), split("\\n\\n", "a\n"));
        assertEquals(List.of(), split("\\n", ""));
    }

    @Test
    void growsToTheLongestRecord() throws IOException {
        final String longest = "x".repeat(100_000);
        assertEquals(List.of(longest, "y"), split(";", longest + ";y;"));
    }

    private static Delimiter parse(final String text) {
        return Delimiter.parse("--delimiter", text);
    }

    private static List<String> split(final String delimiter, final String text) throws IOException {
        final Delimiter parsed = parse(delimiter);
        final ByteArrayInputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        final List<String> records = new ArrayList<>();
        for (byte[] record = parsed.nextRecord(in); record != null; record = parsed.nextRecord(in)) {
            records.add(new String(record, StandardCharsets.UTF_8));
        }
        return records;
    }
}
