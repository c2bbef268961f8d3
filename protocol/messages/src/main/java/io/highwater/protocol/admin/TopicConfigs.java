package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.List;

/**
 * The settings of one topic.
 *
 * @param name the topic
 * @param error why there are none, or NONE
 * @param message why, never null
 * @param entries in the broker's order
 */
public record TopicConfigs(String name, ErrorCode error, String message, List<Entry> entries) {
    /** Keeps an unchangeable copy of the list. */
    public TopicConfigs {
        entries = List.copyOf(entries);
    }

    /**
     * One setting.
     *
     * @param key its name
     * @param value null when the broker keeps it secret
     * @param isDefault whether nobody has set it for this topic
     */
    public record Entry(String key, String value, boolean isDefault) {}
}
