package io.highwater.log;

import java.io.IOException;

/** Who is told how the forces of a log ended, on any thread; it must not block. */
interface ForceListener {
    /** More is durable than before, perhaps. */
    void postForced();

    /** Nothing will be durable any more. */
    void postOffline(IOException cause);
}
