/**
 * One force for many logs: what they have that is not durable is written behind each other into one of two files whose
 * space is real beforehand, so that a group waits for one device write and no metadata of the file system. The logs' own
 * files are forced later, many appends at a time, before the space is used again; after a crash the frames are written
 * into them first. Decides when a frame is obsolete; knows nothing of records.
 * Main type: {@link io.highwater.log.datajournal.DataJournal}.
 */
package io.highwater.log.datajournal;
