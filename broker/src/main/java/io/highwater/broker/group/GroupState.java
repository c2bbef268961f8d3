package io.highwater.broker.group;

/** Where a classic group stands; {@link ClassicGroup} has the table of legal moves. */
public enum GroupState {
    /** No member. Its offsets may still be there. */
    EMPTY("Empty"),
    /** Waits for its members to join; they are asked to by the answers to their heartbeats. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** All have joined; waits for the leader's assignments. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Everybody has an assignment. */
    STABLE("Stable"),
    /** On its way out: nobody may join any more. */
    DEAD("Dead");

    private final String wireName;

    GroupState(final String wireName) {
        this.wireName = wireName;
    }

    /** The name that tools know. */
    public String wireName() {
        return wireName;
    }

    /** True when a group may go from this state to {@code next}. */
    boolean mayMoveTo(final GroupState next) {
        return switch (this) {
            case EMPTY -> next == PREPARING_REBALANCE || next == DEAD;
            case PREPARING_REBALANCE -> next == COMPLETING_REBALANCE || next == EMPTY || next == DEAD;
            case COMPLETING_REBALANCE -> next == STABLE || next == PREPARING_REBALANCE || next == DEAD;
            case STABLE -> next == PREPARING_REBALANCE || next == DEAD;
            case DEAD -> false;
        };
    }
}
