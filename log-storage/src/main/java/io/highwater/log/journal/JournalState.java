package io.highwater.log.journal;

import java.util.SortedMap;

/**
 * What the journal said when it was opened: the facts left by the former run. Immutable.
 *
 * @param fresh true when there was no former run.
 * @param bootId boot id of the machine when all partitions were last known good; empty when fresh.
 * @param cleanStop true when the former run ended by {@link Journal#markCleanStop()}.
 * @param partitions every partition that was added and not removed.
 * @param witnesses the highest index by name that was given to {@link Journal#witness}.
 */
public record JournalState(
        boolean fresh,
        String bootId,
        boolean cleanStop,
        SortedMap<PartitionId, PartitionState> partitions,
        SortedMap<String, Long> witnesses) {}
