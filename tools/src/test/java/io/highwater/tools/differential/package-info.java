/**
 * The same requests to Apache Kafka and to Highwater, answers compared. Scenarios are text, in {@code src/test/differential};
 * see {@link io.highwater.tools.differential.Differential} for how to run them.
 */
package io.highwater.tools.differential;
