package io.highwater.broker.network;

/**
 * Says whether the disk keeps up with what is appended. An append runs on an event loop and so may never have to wait for
 * the device: while too much is unforced, requests that append are held back and their connections are not read.
 *
 * <p>Asked once for each such request, on any event loop.
 */
@FunctionalInterface
public interface AppendGate {
    /** False while appends have to wait. */
    boolean isOpen();
}
