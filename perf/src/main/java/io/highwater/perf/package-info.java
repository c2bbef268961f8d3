/**
 * Micro-benchmarks (JMH) of what a record passes on its way to the disk and back. They measure and decide nothing. Each
 * runs on the thread that JMH gives it.
 */
package io.highwater.perf;
