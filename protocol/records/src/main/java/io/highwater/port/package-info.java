/**
 * The ports through which every module meets time, threads and chance, so that a whole broker can run in one thread
 * from one seed. Nothing here starts a thread or reads a clock by itself; production bindings are small and live beside
 * the interface, simulated twins are in this module's test-jar. Main types: {@link io.highwater.port.Clock},
 * {@link io.highwater.port.Shard}, {@link io.highwater.port.RandomSource}.
 */
package io.highwater.port;
