package io.highwater.broker.network;

/**
 * What one connection may keep waiting. Above either bound it is not read until answers have left.
 *
 * @param requestsMax unanswered requests
 * @param queuedResponseBytesMax bytes of answers that wait behind the answer to an earlier request
 */
public record ConnectionLimits(int requestsMax, long queuedResponseBytesMax) {}
