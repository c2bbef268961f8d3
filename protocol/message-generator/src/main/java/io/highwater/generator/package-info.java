/**
 * Build time only: turns message schemas (the JSON that every Kafka release ships, and files of our own in the same form)
 * into one plain class and one codec per message.
 *
 * <p>It decides how a schema maps to Java and to bytes: types, defaults, versions, nullability, tags. It never decides
 * which APIs a broker serves, and nothing of it is on a run-time class path. One thread, one pass:
 * {@link io.highwater.generator.SchemaSource} finds the files, {@link io.highwater.generator.SchemaParser} checks and
 * resolves them into {@link io.highwater.generator.MessageSchema}, {@link io.highwater.generator.MessageClass} and
 * {@link io.highwater.generator.CodecClass} write Java, {@link io.highwater.generator.MessageGenerator} ties them together.
 *
 * <p>To follow a new Kafka release, raise {@code kafka.version} in the root pom and build. A schema that uses something
 * new fails here with a {@link io.highwater.generator.SchemaException} that names the file and the field; what a new
 * version of a message means is then the work of the API's handler.
 */
package io.highwater.generator;
