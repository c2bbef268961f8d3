package io.highwater.protocol.admin;

/**
 * A change of one config. Immutable.
 *
 * @param name the config
 * @param value its new value; null to go back to what is in force without
 */
public record ConfigEdit(String name, String value) {}
