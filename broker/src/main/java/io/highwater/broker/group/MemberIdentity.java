package io.highwater.broker.group;

/**
 * Who a member says it is.
 *
 * @param memberId its id; empty when an administrator removes a static member by its name.
 * @param instanceIdOrNull its name if it is static.
 */
public record MemberIdentity(String memberId, String instanceIdOrNull) {}
