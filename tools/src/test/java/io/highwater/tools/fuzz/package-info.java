/**
 * Random and broken requests over real sockets, beside a client that must not notice; see
 * {@link io.highwater.tools.fuzz.NetworkFuzzIT}.
 */
package io.highwater.tools.fuzz;
