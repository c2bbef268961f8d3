package io.highwater.broker.server;

import io.highwater.broker.metadata.TopicConfigKey.Type;
import java.util.Locale;

/**
 * One setting: name, what it means, how its text becomes a value, and the text it has when nobody sets it.
 *
 * <p>Immutable.
 *
 * @param <T> type of the value.
 */
public final class ConfigKey<T> {
    private final String name;
    private final String defaultText;
    private final String doc;
    private final Type type;
    private final Parser<T> parser;

    private ConfigKey(
            final String name, final Type type, final String defaultText, final String doc, final Parser<T> parser) {
        this.type = type;
        this.name = name;
        this.defaultText = defaultText;
        this.doc = doc;
        this.parser = parser;
    }

    static ConfigKey<String> text(final String name, final String defaultText, final String doc) {
        return new ConfigKey<>(name, Type.STRING, defaultText, doc, text -> text);
    }

    static ConfigKey<Boolean> flag(final String name, final boolean defaultValue, final String doc) {
        return new ConfigKey<>(name, Type.BOOLEAN, Boolean.toString(defaultValue), doc, ConfigKey::parseFlag);
    }

    static ConfigKey<Integer> integer(
            final String name, final int defaultValue, final int lowest, final int highest, final String doc) {
        return new ConfigKey<>(
                name, Type.INT, Integer.toString(defaultValue), doc, text -> (int) parseNumber(text, lowest, highest));
    }

    static ConfigKey<Long> number(
            final String name, final long defaultValue, final long lowest, final long highest, final String doc) {
        return new ConfigKey<>(
                name, Type.LONG, Long.toString(defaultValue), doc, text -> parseNumber(text, lowest, highest));
    }

    static <E extends Enum<E>> ConfigKey<E> choice(
            final String name, final E defaultValue, final Class<E> type, final String doc) {
        return new ConfigKey<>(
                name, Type.STRING, defaultValue.name().toLowerCase(Locale.ROOT), doc, text -> parseChoice(text, type));
    }

    /** Name, as written in files and after {@code --set}. */
    public String name() {
        return name;
    }

    /** What the setting does, in a sentence. */
    public String doc() {
        return doc;
    }

    /** The value when nobody sets it; empty when there is none. */
    public String defaultText() {
        return defaultText;
    }

    /** How the value is written. */
    Type type() {
        return type;
    }

    /** What is wrong with a value, or null. */
    String problemOrNull(final String text) {
        try {
            parse(text);
            return null;
        } catch (final ConfigException e) {
            return e.getMessage();
        }
    }

    T parse(final String text) throws ConfigException {
        try {
            return parser.parse(text.trim());
        } catch (final ConfigException e) {
            throw new ConfigException("bad value for " + name + ": '" + text.trim() + "': " + e.getMessage());
        }
    }

    private static boolean parseFlag(final String text) throws ConfigException {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException("write true or false");
        };
    }

    private static long parseNumber(final String text, final long lowest, final long highest) throws ConfigException {
        try {
            final long value = Long.parseLong(text);
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (final NumberFormatException e) {
            throw new ConfigException("write a whole number from " + lowest + " to " + highest);
        }
        throw new ConfigException("must be from " + lowest + " to " + highest);
    }

    private static <E extends Enum<E>> E parseChoice(final String text, final Class<E> type) throws ConfigException {
        final StringBuilder choices = new StringBuilder();
        for (final E choice : type.getEnumConstants()) {
            if (choice.name().equalsIgnoreCase(text)) {
                return choice;
            }
            choices.append(choices.length() == 0 ? "" : ", ")
                    .append(choice.name().toLowerCase(Locale.ROOT));
        }
        throw new ConfigException("write one of " + choices);
    }

    private interface Parser<T> {
        T parse(String text) throws ConfigException;
    }
}
