package io.highwater.broker.api;

/** What a request has done on one shard. Confined to it. */
@FunctionalInterface
interface ShardPart {
    /**
     * Works until it is done or, when it is one of those that can stop half-way, until the turn is over.
     *
     * @return whether it is done; else it is called again in a later turn, before what the connection asked for after it
     */
    boolean proceed(Turn turn);

    /** The time that the part's connection has. */
    interface Turn {
        /** True when whoever else waits for the shard is to have it: reads the clock. */
        boolean isOver();

        /**
         * Asks whether the part may keep memory until its next turn. True stays true until the part is done; after false it
         * has to keep nothing and begin anew, and is called when it may.
         *
         * @param bytes how much at most
         */
        boolean mayKeep(long bytes);
    }
}
