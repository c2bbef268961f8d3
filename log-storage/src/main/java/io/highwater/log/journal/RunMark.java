package io.highwater.log.journal;

/**
 * Where the directory's present run stands.
 *
 * @param bootId the boot of the machine under which all partitions were last known good, "" before that.
 * @param cleanStop true once the run ended in order.
 */
record RunMark(String bootId, boolean cleanStop) {
    static final RunMark NONE = new RunMark("", false);
}
