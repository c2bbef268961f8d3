package io.highwater.broker.metadata;

import io.highwater.protocol.ErrorCode;

/**
 * Why a request, or a part of it, is not done.
 *
 * @param code for the client's code.
 * @param message for its user.
 */
public record Refusal(ErrorCode code, String message) {}
