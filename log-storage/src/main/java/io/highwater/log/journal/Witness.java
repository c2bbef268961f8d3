package io.highwater.log.journal;

/**
 * How far something beside the journal is known to be durable: what ends earlier later on has lost its end.
 *
 * @param name whose end it is, in the words of the directory's owner.
 * @param index of the last thing known to be durable.
 */
record Witness(String name, long index) {}
