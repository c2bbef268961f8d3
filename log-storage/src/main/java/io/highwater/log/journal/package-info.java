/**
 * What one data directory must remember apart from the records themselves: who it is (meta.properties), which topic id
 * each partition directory belongs to, and per partition the recovery point, log start, epoch starts, producer state and
 * segments. One force makes the changes of many partitions durable. It decides which of its two files is the truth after
 * a crash and refuses a damaged, older or newer directory by name; it never looks into segments and never repairs.
 *
 * <p>Any thread may append, none of them waits for the disk; {@link io.highwater.log.journal.Journal#force()} blocks and
 * belongs to the flusher. Main types: {@link io.highwater.log.journal.Journal},
 * {@link io.highwater.log.journal.JournalState}, {@link io.highwater.log.journal.DirectoryIdentity}.
 */
package io.highwater.log.journal;
