package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;

/**
 * What became of one member that was to leave.
 *
 * @param who as asked.
 * @param error what went wrong, or NONE.
 */
public record LeaveAnswer(MemberIdentity who, ErrorCode error) {}
