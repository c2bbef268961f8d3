package io.highwater.broker.group;

import static io.highwater.broker.group.ClassicGroupTest.TWO_STABLE_MEMBERS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a sign of life, and how long the phases of a rebalance take at most. */
class SessionTest {
    @ParameterizedTest
    @ValueSource(strings = {"""
                heartbeat b-2 gen=2
                > NONE
                """, """
                commit b-2 gen=2
                > NONE
                """, """
                sync b-2 gen=2
                > sync b-2: 'y'
                """, """
                join b id=b-2 protocols=range:mb
                > join b: b-2 generation 2 range leader a-1
                """})
    void aMemberThatAsksForSomethingLives(final String sign) {
        GroupScript.play(TWO_STABLE_MEMBERS + "wait 6000\n" + sign + """
                heartbeat a-1 gen=2
                > NONE
                wait 6000
                heartbeat a-1 gen=2
                > NONE
                wait 3999
                wait 1
                > PreparingRebalance
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                heartbeat b-2 gen=1
                > ILLEGAL_GENERATION
                """, """
                commit b-2 gen=1
                > ILLEGAL_GENERATION
                """, """
                sync b-2 gen=1
                > sync b-2: ILLEGAL_GENERATION
                """, """
                join b id=b-2 protocols=other
                > join b: INCONSISTENT_GROUP_PROTOCOL b-2
                """})
    void whatIsRefusedIsNoSignOfLife(final String refused) {
        GroupScript.play(TWO_STABLE_MEMBERS + "wait 6000\n" + refused + """
                heartbeat a-1 gen=2
                > NONE
                wait 3999
                wait 1
                > PreparingRebalance
                """);
    }

    @Test
    void heartbeatsAndCommitsDuringARebalanceAreSignsOfLife() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                wait 9000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 9000
                commit b-2 gen=2
                > NONE
                wait 9999
                # Ten seconds of silence, and it is not waited for any more.
                wait 1
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma]
                """);
    }

    @Test
    void whileTheLeaderAssignsHeartbeatsAreAnsweredAndCommitsAreNot() {
        GroupScript.play("""
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                wait 9000
                heartbeat a-1 gen=1
                > NONE
                wait 9000
                commit a-1 gen=1
                > REBALANCE_IN_PROGRESS
                wait 999
                wait 1
                > PreparingRebalance
                > Empty
                > persist generation 2 members []
                """);
    }

    @Test
    void aMemberThatIsLostWhileTheLeaderAssignsMakesAllRejoin() {
        GroupScript.play("""
                join a v=3 session=30000
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                join b v=3
                > PreparingRebalance
                join a id=a-1 session=30000
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 2 range leader a-1
                wait 10000
                > PreparingRebalance
                sync a-1 gen=2 assign=a-1:x,b-2:y
                > sync a-1: REBALANCE_IN_PROGRESS
                """);
    }

    /** Without the leader's assignments nobody can go on, so it is the one that is left behind. */
    @Test
    void aLeaderThatDoesNotSyncInTimeIsDroppedAndTheRestRejoins() {
        GroupScript.play("""
                join a v=3 rebalance=8000
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                join b v=3 rebalance=8000
                > PreparingRebalance
                join a id=a-1 rebalance=8000
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 2 range leader a-1
                sync b-2 gen=2
                wait 7999
                heartbeat a-1 gen=2
                > NONE
                wait 1
                > sync b-2: REBALANCE_IN_PROGRESS
                > PreparingRebalance
                heartbeat a-1 gen=2
                > UNKNOWN_MEMBER_ID
                join b id=b-2 rebalance=8000
                > CompletingRebalance
                > join b: b-2 generation 3 range leader b-2 of [b-2]
                """);
    }

    /** The leader's assignments make the group stable; a follower that never fetches its own is dropped all the same. */
    @Test
    void aFollowerThatNeverSyncsIsDroppedFromAStableGroup() {
        GroupScript.play("""
                join a v=3 rebalance=8000
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                join b v=3 rebalance=8000
                > PreparingRebalance
                join a id=a-1 rebalance=8000
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 2 range leader a-1
                sync a-1 gen=2 assign=a-1:x,b-2:y
                > persist generation 2 members [a-1, b-2]
                > sync a-1: 'x'
                > Stable
                wait 7999
                heartbeat b-2 gen=2
                > NONE
                wait 1
                > PreparingRebalance
                heartbeat b-2 gen=2
                > UNKNOWN_MEMBER_ID
                """);
    }
}
