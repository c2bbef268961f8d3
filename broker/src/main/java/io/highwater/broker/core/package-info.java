/**
 * The Consistent Core: what the whole cluster must agree on goes through {@link io.highwater.broker.core.Core}'s four
 * verbs. A command is decided against the newest state, its records are appended and forced, and only then does the
 * state that the records make become visible: to the proposer, then to every watcher, in log order, exactly once.
 *
 * <p>This package never interprets what it stores: that is a {@link io.highwater.broker.core.StateMachine}'s job. It
 * keeps no lease and reads no wall clock. All state is confined to one shard; forces and snapshots run on an executor
 * of their own, and their end is an input. Main types: {@link io.highwater.broker.core.Core},
 * {@link io.highwater.broker.core.OneVoterCore}, {@link io.highwater.broker.core.StateMachine},
 * {@link io.highwater.broker.core.CoreLog}.
 */
package io.highwater.broker.core;
