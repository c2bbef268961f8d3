/**
 * What the log asks of a disk, and no more. {@link io.highwater.log.disk.FileDisk} is the operating system's file
 * system; the simulated twin, which forgets unforced sectors at a crash, is in this module's test-jar. No caching, no
 * retry and no policy here: a failed force is the caller's to judge.
 */
package io.highwater.log.disk;
