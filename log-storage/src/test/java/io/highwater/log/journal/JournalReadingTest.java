package io.highwater.log.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.log.journal.JournalReading.Condition;
import org.junit.jupiter.api.Test;

/** Every combination of what the two files can be, with the answer: 0 or 1 a file, n new, x refused. */
class JournalReadingTest {
    // Rows are journal.0, columns journal.1, both: ABSENT, INCOMPLETE of generation 1, INCOMPLETE of a later one,
    // COMPLETE of generation 5, COMPLETE of generation 6, RETIRED, DAMAGED.
    private static final String[] TABLE = {
        "nnx11xx", //
        "nnx11xx", "xxx11xx", "0001100", "0000100", "xxx11xx", "xxx11xx",
    };

    @Test
    void choosesByTheTable() {
        for (int row = 0; row < TABLE.length; row++) {
            for (int column = 0; column < TABLE.length; column++) {
                // Two live files never have one generation; the diagonal of those is not asked.
                if (row != column || reading(row).condition() != Condition.COMPLETE) {
                    assertEquals(
                            TABLE[row].charAt(column),
                            answer(row, column),
                            "journal.0 " + row + ", journal.1 " + column);
                }
            }
        }
    }

    private static char answer(final int row, final int column) {
        try {
            final int choice = JournalReading.choose(reading(row), reading(column));
            return choice < 0 ? 'n' : (char) ('0' + choice);
        } catch (final MalformedJournalException e) {
            return 'x';
        }
    }

    private static JournalReading reading(final int kind) {
        return switch (kind) {
            case 0 -> JournalReading.of(Condition.ABSENT, 0, "");
            case 1 -> JournalReading.of(Condition.INCOMPLETE, 1, "");
            case 2 -> JournalReading.of(Condition.INCOMPLETE, 7, "");
            case 3 -> JournalReading.of(Condition.COMPLETE, 5, "");
            case 4 -> JournalReading.of(Condition.COMPLETE, 6, "");
            case 5 -> JournalReading.of(Condition.RETIRED, 4, "");
            default -> JournalReading.of(Condition.DAMAGED, 0, "");
        };
    }
}
