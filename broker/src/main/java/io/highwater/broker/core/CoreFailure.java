package io.highwater.broker.core;

import io.highwater.protocol.ErrorCode;

/** Why a proposal or a read has no answer. */
public enum CoreFailure {
    /** The deadline passed. The command may be applied yet. */
    TIMED_OUT(ErrorCode.REQUEST_TIMED_OUT),
    /** This node does not decide for the group. Nothing was done. */
    NOT_LEADER(ErrorCode.NOT_CONTROLLER),
    /** Too many proposals wait already. Nothing was done. */
    OVERLOADED(ErrorCode.REQUEST_TIMED_OUT),
    /** The command's records are more than one log entry may hold. Nothing was done. */
    TOO_LARGE(ErrorCode.POLICY_VIOLATION),
    /** The command met a fault of ours while it was decided; it is logged. Nothing was done. */
    INTERNAL(ErrorCode.UNKNOWN_SERVER_ERROR),
    /** The core stopped before the command's records were known to be durable. It may be applied at the next start. */
    STOPPED(ErrorCode.NOT_CONTROLLER);

    private final ErrorCode errorCode;

    CoreFailure(final ErrorCode errorCode) {
        this.errorCode = errorCode;
    }

    /** What a client is told where its request has no better code of its own. */
    public ErrorCode errorCode() {
        return errorCode;
    }
}
