package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.AllocateProducerIdsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayDeque;

/**
 * Producer ids that were never given out before: from a block that the core handed to this node durably, so that no
 * restart repeats one. While a block is on its way callers wait, at most as many as stated.
 *
 * <p>Safe for any thread: the block and the waiting list are guarded by this object's lock; callers are told outside it.
 */
public final class ProducerIds {
    private static final long BLOCK_TIMEOUT_MS = 10_000;
    private static final int WAITING_MAX = 10_000;

    private long nextId;
    private long endId;
    private boolean isAsking;
    private final ArrayDeque<Receiver> waiting = new ArrayDeque<>();

    private final Core core;
    private final Clock clock;
    private final int nodeId;
    private final long brokerEpoch;

    /** No block yet: the first caller asks for it. */
    public ProducerIds(final Core core, final Clock clock, final int nodeId, final long brokerEpoch) {
        this.core = core;
        this.clock = clock;
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
    }

    /** Gives the receiver an id, now or when the next block is here. */
    void next(final Receiver receiver) {
        final long id;
        final boolean isFull;
        boolean asks = false;
        synchronized (this) {
            id = nextId < endId ? nextId++ : -1;
            isFull = id < 0 && waiting.size() >= WAITING_MAX;
            if (id < 0 && !isFull) {
                waiting.add(receiver);
                asks = !isAsking;
                isAsking = true;
            }
        }
        if (id >= 0) {
            receiver.onProducerId(id, ErrorCode.NONE);
        } else if (isFull) {
            receiver.onProducerId(-1, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        } else if (asks) {
            ask();
        }
    }

    private void ask() {
        final AllocateProducerIdsRequest request = new AllocateProducerIdsRequest();
        request.brokerId = nodeId;
        request.brokerEpoch = brokerEpoch;
        core.propose(CoreGroup.META, request, clock.monotonicMs() + BLOCK_TIMEOUT_MS, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message message) {
                final AllocateProducerIdsResponse response = (AllocateProducerIdsResponse) message;
                if (response.errorCode == ErrorCode.NONE.code()) {
                    received(response.producerIdStart, response.producerIdLen);
                } else {
                    refused();
                }
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                refused();
            }
        });
    }

    private void received(final long firstId, final int count) {
        synchronized (this) {
            nextId = firstId;
            endId = firstId + count;
            isAsking = false;
        }
        // Each takes its turn as if it had come now: more than a block of them ask for the next one.
        drainWaiting().forEach(this::next);
    }

    private void refused() {
        synchronized (this) {
            isAsking = false;
        }
        drainWaiting().forEach(receiver -> receiver.onProducerId(-1, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS));
    }

    private synchronized ArrayDeque<Receiver> drainWaiting() {
        final ArrayDeque<Receiver> drained = new ArrayDeque<>(waiting);
        waiting.clear();
        return drained;
    }

    /** Gets an id, or a retriable error. */
    @FunctionalInterface
    interface Receiver {
        void onProducerId(long id, ErrorCode error);
    }
}
