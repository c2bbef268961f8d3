package io.highwater.protocol.admin;

/**
 * A group in a list. Immutable.
 *
 * @param id its id
 * @param protocolType what its members are, empty if it never had one
 * @param state where it stands, empty where the broker does not tell
 */
public record GroupListing(String id, String protocolType, String state) {}
