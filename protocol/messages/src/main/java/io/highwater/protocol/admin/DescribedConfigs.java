package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.List;

/**
 * The configs in force. Immutable.
 *
 * @param scope whose they are
 * @param error why there are none, NONE when they are here
 * @param message the same for people
 * @param entries by name
 */
public record DescribedConfigs(ConfigScope scope, ErrorCode error, String message, List<Entry> entries) {
    /** Copies the list. */
    public DescribedConfigs {
        entries = List.copyOf(entries);
    }

    /**
     * One config.
     *
     * @param name its name
     * @param value its value, null when it is secret
     * @param isDefault true when nobody set it
     * @param isReadOnly true when it can't be changed while the broker runs
     * @param documentation what it does
     */
    public record Entry(String name, String value, boolean isDefault, boolean isReadOnly, String documentation) {}
}
