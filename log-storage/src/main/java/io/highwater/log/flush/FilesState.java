package io.highwater.log.flush;

/**
 * What becomes of a log whose files are to be forced.
 *
 * <pre>
 *   IDLE ──asked──> ASKED ──the force begins──> UNDER_WAY ──it ends──> IDLE
 *                     ^                             └──asked──> UNDER_WAY_ASKED ──it ends──┐
 *                     └────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>A write-back goes from IDLE to UNDER_WAY at once; in any other state there is no need of one.
 */
enum FilesState {
    IDLE,
    ASKED,
    UNDER_WAY,
    UNDER_WAY_ASKED;

    boolean isAsked() {
        return this == ASKED || this == UNDER_WAY_ASKED;
    }

    FilesState onAsked() {
        return this == IDLE ? ASKED : this == UNDER_WAY ? UNDER_WAY_ASKED : this;
    }

    FilesState onForced() {
        return this == UNDER_WAY_ASKED ? ASKED : IDLE;
    }
}
