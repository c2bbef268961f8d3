/**
 * What can be counted and measured of a running broker, and how it is shown. {@link io.highwater.broker.observe.Metrics}
 * holds plain counters that the hot path adds to, {@link io.highwater.broker.observe.NodeReadings} is what else can be read
 * of the node, {@link io.highwater.broker.observe.AdminListener} shows both over HTTP when an admin address is set; without
 * one neither Micrometer nor a thread of this package exists. Decides nothing, changes nothing. Counters and readings are
 * safe for any thread; the pages are made on threads of their own.
 */
package io.highwater.broker.observe;
