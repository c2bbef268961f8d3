package io.highwater.broker.metadata;

import java.util.function.Function;

/**
 * A setting of a broker as tools see it. Immutable.
 *
 * @param name as written in files.
 * @param type how the value is written.
 * @param value with which the broker was started.
 * @param isSet false when that is the default.
 * @param defaultValue the value when nobody sets it.
 * @param doc what it does, in a sentence.
 * @param isDynamic true when it may be changed while the broker runs.
 * @param check what is wrong with a value, or null.
 */
public record ServerKey(
        String name,
        TopicConfigKey.Type type,
        String value,
        boolean isSet,
        String defaultValue,
        String doc,
        boolean isDynamic,
        Function<String, String> check) {}
