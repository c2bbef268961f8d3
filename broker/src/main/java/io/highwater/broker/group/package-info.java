/**
 * Decides what happens in a consumer group: who is in it, when its members must rejoin, who leads, which protocol they
 * speak, whose offset commits count, and when offsets have outlived their use. Only the classic protocol so far.
 *
 * <p>Performs nothing: no clock, thread, socket or log of its own. Time is an argument; what is to be done comes out as
 * {@link io.highwater.broker.group.GroupEffect}s, "answer only once this is durable" included. Confined to the one shard
 * that coordinates the group. Main types: {@link io.highwater.broker.group.ClassicGroup},
 * {@link io.highwater.broker.group.GroupEffect}, {@link io.highwater.broker.group.OffsetExpiry}.
 */
package io.highwater.broker.group;
