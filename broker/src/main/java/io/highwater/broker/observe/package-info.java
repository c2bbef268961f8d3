/**
 * What can be counted and measured of a running broker, and how it is shown: {@link io.highwater.broker.observe.Metrics}
 * holds plain counters that the hot path adds to. Decides nothing, changes nothing. Counters are safe for any thread.
 */
package io.highwater.broker.observe;
