package io.highwater.broker.group;

import java.nio.ByteBuffer;

/**
 * What the leader learns of a member.
 *
 * @param memberId its id.
 * @param instanceIdOrNull its name if it is static.
 * @param metadata what it said for the chosen protocol; to be read only.
 */
public record JoinedMember(String memberId, String instanceIdOrNull, ByteBuffer metadata) {}
