/**
 * The two sparse indexes of a segment, in the ecosystem's file formats. They are derived: never forced, checked against
 * the batches on use, rebuilt when wrong, and left sparser when the disk has no room for them. Confined to the log's
 * shard. Main types: {@link io.highwater.log.index.OffsetIndex}, {@link io.highwater.log.index.TimeIndex}.
 */
package io.highwater.log.index;
