package io.highwater.broker.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * The beginning of what consumers of the classic protocol say of themselves, for the coordinator a foreign format that it
 * looks into for the topics only. Big-endian; later versions add fields behind.
 *
 * <pre>
 *   0  version       int16, not negative
 *   2  topic count   int32
 *   6  topics        each: length int16, that many bytes of UTF-8
 * </pre>
 */
final class ConsumerSubscription {
    private static final int VERSION_BYTES = Short.BYTES;
    private static final int SHORTEST_TOPIC_BYTES = Short.BYTES;

    private ConsumerSubscription() {}

    /** Those of the topics that somebody subscribes to; null when what one member says can't be read. */
    static Set<String> wantedOrNull(
            final Collection<Member> members, final String protocolName, final Set<String> topics) {
        final Set<String> wanted = new TreeSet<>();
        for (final Member member : members) {
            if (!readTopics(ByteBuffer.wrap(member.metadataFor(protocolName)), topics, wanted)) {
                return null;
            }
        }
        return wanted;
    }

    /**
     * Adds those of {@code known} that it names; false when the bytes are none of this format. The others are not kept: a
     * client may name many more than there are, in less bytes than they would take.
     */
    static boolean readTopics(final ByteBuffer metadata, final Set<String> known, final Set<String> wanted) {
        if (metadata.remaining() < VERSION_BYTES + Integer.BYTES || metadata.getShort() < 0) {
            return false;
        }
        final int count = metadata.getInt();
        if (count < 0 || count > metadata.remaining() / SHORTEST_TOPIC_BYTES) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (metadata.remaining() < Short.BYTES) {
                return false;
            }
            final int length = metadata.getShort();
            if (length < 0 || length > metadata.remaining()) {
                return false;
            }
            final byte[] name = new byte[length];
            metadata.get(name);
            final String topic = new String(name, StandardCharsets.UTF_8);
            if (known.contains(topic)) {
                wanted.add(topic);
            }
        }
        return true;
    }
}
