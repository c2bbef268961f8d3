package io.highwater.log.datajournal;

/** Frames for tests of who fills them. */
public final class TestFrames {
    private TestFrames() {}

    /** An empty one with all the room that a frame may have. */
    public static DataFrame begun() {
        final DataFrame frame = new DataFrame(1);
        frame.begin(1, 1, 1, FrameFormat.FRAME_BYTES_MAX);
        return frame;
    }
}
