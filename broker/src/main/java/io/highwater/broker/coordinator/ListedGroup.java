package io.highwater.broker.coordinator;

import io.highwater.broker.group.GroupState;

/**
 * A group in a list. Immutable.
 *
 * @param id its id
 * @param protocolType what its members are, empty if it never had one
 * @param state where it stands
 */
public record ListedGroup(String id, String protocolType, GroupState state) {}
