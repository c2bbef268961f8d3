package io.highwater.generator;

import java.util.List;

/**
 * A named group of fields: a message's top level, or a struct in it. Immutable.
 *
 * @param name     the Java class is called so
 * @param versions the versions of the message in which it can occur
 */
record StructSchema(String name, Versions versions, List<FieldSchema> fields, String about) {}
