package io.highwater.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;

/**
 * A frame: a fixed window on memory that some other buffer owns. Its last release gives that memory back, and the frame's
 * bytes to the budget. Counted as any buffer is; safe for any thread as far as {@link ByteBuf} is.
 */
final class FrameBuf extends UnpooledDirectByteBuf {
    private final ByteBuf memory;
    private final FrameAccount account;
    private final int pool;
    private final int bytes;

    /**
     * The {@code bytes} from {@code index} on; takes over one share in {@code memory} and the account's grant. The
     * writer index is 0.
     */
    FrameBuf(final ByteBuf memory, final int index, final int bytes, final FrameAccount account) {
        super(memory.alloc(), memory.nioBuffer(index, bytes), bytes);
        this.memory = memory;
        this.account = account;
        this.pool = account.takeGrant();
        this.bytes = bytes;
        // The constructor above takes the window for content.
        clear();
    }

    @Override
    protected void deallocate() {
        super.deallocate();
        memory.release();
        account.release(bytes, pool);
    }
}
