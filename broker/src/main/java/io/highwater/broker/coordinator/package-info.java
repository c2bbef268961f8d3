/**
 * Drives groups: asks {@link io.highwater.broker.group.ClassicGroup} what to do and does it. Keeps the timers, makes
 * records durable through the core, hands answers back. What a group does is decided there, never here.
 *
 * <p>All state is confined to one shard; callers on other shards are handed over to it. Nothing here blocks. Main types:
 * {@link io.highwater.broker.coordinator.GroupCoordinator}, {@link io.highwater.broker.coordinator.GroupLog},
 * {@link io.highwater.broker.coordinator.CommittedOffsets}.
 */
package io.highwater.broker.coordinator;
