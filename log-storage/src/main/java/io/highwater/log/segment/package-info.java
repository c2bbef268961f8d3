/**
 * One file of records with its two indexes, and the ordered list of them that makes a log. Decides where a batch lies and
 * which bytes answer a read; never what is durable or visible. Confined to the log's shard, except where a type says
 * otherwise. Main types: {@link io.highwater.log.segment.Segment}, {@link io.highwater.log.segment.Segments},
 * {@link io.highwater.log.segment.SegmentFile}.
 */
package io.highwater.log.segment;
