package io.highwater.protocol.transport;

import io.highwater.port.FileRange;
import io.highwater.protocol.codec.GatheredBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * Writes a frame as the writes that are cheapest for it: records that lie in a file go out of the file (sendfile), which
 * copies nothing and needs no page of the mapping, all else out of memory. A frame is one write, or several in a row whose
 * last one ends when all have ended: a channel fails them all together.
 */
final class FrameParts {
    /** Below this, a copy costs less than a system call of its own. */
    static final int FILE_BYTES_MIN = 16 * 1024;

    /** Counts a file's bytes as waiting to be written, as others'; Netty's own counts them as none. */
    static final MessageSizeEstimator SIZES = new Sizes();

    private FrameParts() {}

    /** The end of all of the frame, which belongs to the channel from here on. On the channel's event loop. */
    @SuppressWarnings("FutureReturnValueIgnored") // A part that fails takes the last one along.
    static ChannelFuture write(final Channel channel, final ByteBuf frame) {
        if (!(frame instanceof GatheredBuffer gathered)) {
            return channel.write(frame);
        }
        final int end = gathered.writerIndex();
        int from = gathered.readerIndex();
        ChannelFuture last = null;
        for (int i = 0; i < gathered.numComponents(); i++) {
            final int start = gathered.toByteIndex(i);
            final int next = i + 1 < gathered.numComponents() ? gathered.toByteIndex(i + 1) : end;
            final FileRange range = next - start < FILE_BYTES_MIN ? null : gathered.fileRangeOrNull(i);
            if (range != null) {
                if (start > from) {
                    channel.write(gathered.retainedSlice(from, start - from));
                }
                last = channel.write(new FilePart(range, next - start, gathered.retain()));
                from = next;
            }
        }
        if (last == null) {
            return channel.write(gathered);
        }
        if (end > from) {
            last = channel.write(gathered.retainedSlice(from, end - from));
        }
        gathered.release();
        return last;
    }

    /** Bytes of a file that is not the transport's to close. */
    private static final class FilePart extends DefaultFileRegion {
        private final FileRange range;
        private final ByteBuf frame;

        FilePart(final FileRange range, final int bytes, final ByteBuf frame) {
            super(range.channel(), range.position(), bytes);
            this.range = range;
            this.frame = frame;
        }

        @Override
        protected void deallocate() {
            range.open().release();
            frame.release();
        }
    }

    private static final class Sizes implements MessageSizeEstimator, MessageSizeEstimator.Handle {
        private static final Handle OTHERS = DefaultMessageSizeEstimator.DEFAULT.newHandle();

        @Override
        public Handle newHandle() {
            return this;
        }

        @Override
        public int size(final Object message) {
            return message instanceof FileRegion region ? (int) region.count() : OTHERS.size(message);
        }
    }
}
