package io.highwater.log.disk;

import io.highwater.port.RandomSource;

/** A file or a directory, whatever its names are. Confined to the thread of the simulation. */
abstract class SimulatedNode {
    /** The order of creation: iteration by it is the same in every run. */
    final long id;

    SimulatedNode(final long id) {
        this.id = id;
    }

    /** Power is lost: what was not forced is decided, and only the device's content remains. */
    abstract void crash(RandomSource random);
}
