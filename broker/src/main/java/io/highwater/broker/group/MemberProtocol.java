package io.highwater.broker.group;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A protocol that a member can speak, and what the leader is told of the member if it is chosen. Immutable: nobody
 * writes to the array.
 */
public final class MemberProtocol {
    /** The objects, whatever they hold. */
    public static final int OVERHEAD_BYTES = 120;

    private final String name;
    private final byte[] metadata;

    /** Keeps the array. */
    public MemberProtocol(final String name, final byte[] metadata) {
        this.name = name;
        this.metadata = metadata;
    }

    /** The protocol's name. */
    public String name() {
        return name;
    }

    /** What the leader is told; a view to be read only. */
    public ByteBuffer metadata() {
        return ByteBuffer.wrap(metadata).asReadOnlyBuffer();
    }

    byte[] metadataBytes() {
        return metadata;
    }

    /** About what it takes in memory. */
    int heldBytes() {
        return OVERHEAD_BYTES + 2 * name.length() + metadata.length;
    }

    /** The names in order. */
    static List<String> names(final List<MemberProtocol> protocols) {
        return protocols.stream().map(MemberProtocol::name).toList();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof MemberProtocol that && name.equals(that.name) && Arrays.equals(metadata, that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(metadata);
    }

    @Override
    public String toString() {
        return name + "(" + metadata.length + " bytes)";
    }
}
