package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassicGroupTest {
    /** Two members, a leads, both have their assignment in generation 2. */
    static final String TWO_STABLE_MEMBERS = """
            join a v=3 protocols=range:ma
            > PreparingRebalance
            > CompletingRebalance
            > join a: a-1 generation 1 range leader a-1 of [a-1:ma]
            join b v=3 protocols=range:mb
            > PreparingRebalance
            join a id=a-1 protocols=range:ma
            > CompletingRebalance
            > join a: a-1 generation 2 range leader a-1 of [a-1:ma, b-2:mb]
            > join b: b-2 generation 2 range leader a-1
            sync b-2 gen=2
            sync a-1 gen=2 assign=a-1:x,b-2:y
            > persist generation 2 members [a-1, b-2]
            > sync a-1: 'x'
            > sync b-2: 'y'
            > Stable
            """;

    @Test
    void membersJoinAndTheLeaderAssigns() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                heartbeat a-1 gen=2
                > NONE
                heartbeat b-2 gen=2
                > NONE
                sync b-2 gen=2
                > sync b-2: 'y'
                """);
    }

    @Test
    void aDynamicMemberIsSentBackWithAnIdFirstFromVersion4On() {
        GroupScript.play("""
                join a v=4
                > join a: MEMBER_ID_REQUIRED a-1
                join a v=4 id=a-1
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                join b v=3
                > PreparingRebalance
                """);
    }

    @Test
    void anIdThatWasGivenOutIsWaitedForAndForgottenAfterItsSession() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join c session=6000
                > join c: MEMBER_ID_REQUIRED c-3
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                join b id=b-2 protocols=range:mb
                # Everybody is there but c, who may still come.
                wait 5999
                wait 1
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                join c id=c-3
                > join c: UNKNOWN_MEMBER_ID c-3
                """);
    }

    @Test
    void aMemberThatIsNotHeardOfIsDroppedAndTheRestRebalances() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                wait 6000
                heartbeat a-1 gen=2
                > NONE
                wait 4000
                > PreparingRebalance
                heartbeat a-1 gen=2
                > REBALANCE_IN_PROGRESS
                heartbeat b-2 gen=2
                > UNKNOWN_MEMBER_ID
                join a id=a-1 protocols=range:ma
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma]
                commit b-2 gen=2
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void theOldestRemainingMemberLeadsWhenTheLeaderIsGone() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                leave a-1
                > NONE
                > PreparingRebalance
                join b id=b-2 protocols=range:mb
                > CompletingRebalance
                > join b: b-2 generation 3 range leader b-2 of [b-2:mb]
                """);
    }

    @Test
    void anIdThatIsGivenBackUnusedDisturbsNobody() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join c
                > join c: MEMBER_ID_REQUIRED c-3
                leave c-3
                > NONE
                heartbeat a-1 gen=2
                > NONE
                sync b-2 gen=2
                > sync b-2: 'y'
                leave c-3
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void anIdThatIsGivenBackUnusedLetsTheWaitingJoinsEnd() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join c
                > join c: MEMBER_ID_REQUIRED c-3
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                join b id=b-2 protocols=range:mb
                leave c-3
                > NONE
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                """);
    }

    @Test
    void anIdThatIsGivenBackToAnEmptyGroupLeavesNothing() {
        assertTrue(GroupScript.play("""
                join a
                > join a: MEMBER_ID_REQUIRED a-1
                leave a-1
                > NONE
                """).isIdle());
    }

    @Test
    void theLastToLeaveLeavesAnEmptyGroupThatIsPersisted() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                leave a-1 b-2 nobody
                > NONE
                > NONE
                > UNKNOWN_MEMBER_ID
                > PreparingRebalance
                > Empty
                > persist generation 3 members []
                heartbeat a-1 gen=3
                > UNKNOWN_MEMBER_ID
                commit - gen=-1
                > NONE
                """);
    }

    @Test
    void membersThatDoNotRejoinInTimeAreLeftBehind() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join c v=3 rebalance=20000
                > PreparingRebalance
                join a id=a-1 protocols=range:ma rebalance=20000
                # b shows that it lives, but does not rejoin: its own rebalance timeout counts too.
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 8000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 4000
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, c-3]
                > join c: c-3 generation 3 range leader a-1
                heartbeat b-2 gen=2
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void membersThatDoNotSyncInTimeAreDropped() {
        GroupScript.play("""
                join a v=3 rebalance=8000
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                wait 5000
                heartbeat a-1 gen=1
                > NONE
                wait 3000
                > PreparingRebalance
                > Empty
                > persist generation 2 members []
                """);
    }

    @Test
    void aWaitingMemberNeedsNoHeartbeats() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                wait 9000
                heartbeat b-2 gen=2
                > REBALANCE_IN_PROGRESS
                wait 9000
                join b id=b-2 protocols=range:mb
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                """);
    }

    @Test
    void theFirstRebalanceWaitsForMembersAsLongAsTheyKeepComing() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a v=3 rebalance=7000
                > PreparingRebalance
                wait 2000
                join b v=3 rebalance=7000
                wait 3999
                wait 1
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 1 range leader a-1
                """);
    }

    @Test
    void theInitialDelayEndsAtTheRebalanceTimeout() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a v=3 rebalance=7000
                > PreparingRebalance
                wait 2000
                join b v=3 rebalance=7000
                wait 3000
                join c v=3 rebalance=7000
                wait 1999
                join d v=3 rebalance=7000
                wait 1
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1, b-2, c-3, d-4]
                > join b: b-2 generation 1 range leader a-1
                > join c: c-3 generation 1 range leader a-1
                > join d: d-4 generation 1 range leader a-1
                """);
    }

    @Test
    void theProtocolThatAllSupportAndMostPreferWins() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a v=3 protocols=only-a,range:1,sticky:2
                > PreparingRebalance
                join b v=3 protocols=sticky:3,range:4
                join c v=3 protocols=sticky:5,range:6
                wait 6000
                > CompletingRebalance
                > join a: a-1 generation 1 sticky leader a-1 of [a-1:2, b-2:3, c-3:5]
                > join b: b-2 generation 1 sticky leader a-1
                > join c: c-3 generation 1 sticky leader a-1
                join d v=3 protocols=other
                > join d: INCONSISTENT_GROUP_PROTOCOL
                join d v=3 type=connect
                > join d: INCONSISTENT_GROUP_PROTOCOL
                """);
    }

    @Test
    void aJoinWithoutTypeOrProtocolIsInconsistent() {
        GroupScript.play("""
                join a type= protocols=range
                > join a: INCONSISTENT_GROUP_PROTOCOL
                """);
    }

    @Test
    void aFollowerThatChangedNothingGetsItsGenerationAgain() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join b id=b-2 protocols=range:mb
                > join b: b-2 generation 2 range leader a-1
                sync b-2 gen=2
                > sync b-2: 'y'
                join b id=b-2 protocols=range:changed
                > PreparingRebalance
                """);
    }

    @Test
    void theLeaderRejoinsToAssignAnew() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                """);
    }

    @Test
    void aJoinWhoseAnswerWasLostIsAnsweredAgainWhileTheLeaderAssigns() {
        GroupScript.play("""
                join a v=3 protocols=range:ma
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1:ma]
                join a id=a-1 protocols=range:ma
                > join a: a-1 generation 1 range leader a-1 of [a-1:ma]
                join a id=a-1 protocols=range:changed
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1:changed]
                """);
    }

    @Test
    void aNewMemberInterruptsTheSyncPhase() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                join b id=b-2 protocols=range:mb
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                commit b-2 gen=3
                > REBALANCE_IN_PROGRESS
                sync b-2 gen=3
                join c v=3
                > sync b-2: REBALANCE_IN_PROGRESS
                > PreparingRebalance
                sync a-1 gen=3 assign=a-1:x
                > sync a-1: REBALANCE_IN_PROGRESS
                """);
    }

    @Test
    void assignmentsAreHandedOutOnlyWhenTheyAreDurable() {
        GroupScript.play("""
                hold
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                sync a-1 gen=1 assign=a-1:x
                > persist generation 1 members [a-1]
                heartbeat a-1 gen=1
                > NONE
                persisted
                > sync a-1: 'x'
                > Stable
                """);
    }

    @Test
    void assignmentsThatCantBeMadeDurableAreTakenBack() {
        GroupScript.play("""
                hold
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                sync a-1 gen=1 assign=a-1:x
                > persist generation 1 members [a-1]
                failed
                > sync a-1: COORDINATOR_NOT_AVAILABLE
                > PreparingRebalance
                """);
    }

    @Test
    void assignmentsOfAnInterruptedGenerationAreNotHandedOut() {
        GroupScript.play("""
                hold
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                sync a-1 gen=1 assign=a-1:x
                > persist generation 1 members [a-1]
                join b v=3
                > sync a-1: REBALANCE_IN_PROGRESS
                > PreparingRebalance
                persisted
                join a id=a-1
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 2 range leader a-1
                """);
    }

    @Test
    void aMemberThatTheLeaderForgotGetsNothing() {
        GroupScript.play("""
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                sync a-1 gen=1 assign=stranger:x
                > persist generation 1 members [a-1]
                > sync a-1: ''
                > Stable
                """);
    }

    @Test
    void aSyncMustNameTheGenerationAndTheProtocol() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                sync b-2 gen=1
                > sync b-2: ILLEGAL_GENERATION
                sync b-2 gen=2 type=connect protocol=range
                > sync b-2: INCONSISTENT_GROUP_PROTOCOL
                sync b-2 gen=2 type=consumer protocol=sticky
                > sync b-2: INCONSISTENT_GROUP_PROTOCOL
                sync b-2 gen=2 type=consumer protocol=range
                > sync b-2: 'y'
                sync x-9 gen=2
                > sync x-9: UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void aZombieOfAnOldGenerationCantCommit() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                commit b-2 gen=1
                > ILLEGAL_GENERATION
                commit b-2 gen=2
                > NONE
                commit - gen=-1
                > UNKNOWN_MEMBER_ID
                commit x-9 gen=2
                > UNKNOWN_MEMBER_ID
                heartbeat b-2 gen=1
                > ILLEGAL_GENERATION
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                # What was read before the rebalance may be committed during it.
                commit b-2 gen=2
                > NONE
                """);
    }

    @Test
    void whoUsesNoCoordinationMayCommitToAnEmptyGroup() {
        GroupScript.play("""
                commit - gen=-1
                > NONE
                commit some-id gen=-1
                > NONE
                commit some-id gen=0
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void aRestartedCoordinatorKnowsItsMembersWithoutRebalance() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                restart
                > Stable generation 2 members [a-1, b-2]
                heartbeat a-1 gen=2
                > NONE
                commit b-2 gen=2
                > NONE
                sync b-2 gen=2
                > sync b-2: 'y'
                join b id=b-2 protocols=range:mb
                > join b: b-2 generation 2 range leader a-1
                commit b-2 gen=1
                > ILLEGAL_GENERATION
                wait 9999
                heartbeat a-1 gen=2
                > NONE
                wait 1
                > PreparingRebalance
                """);
    }

    @Test
    void aRestartedCoordinatorGoesOnFromTheLastGeneration() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                leave a-1 b-2
                > NONE
                > NONE
                > PreparingRebalance
                > Empty
                > persist generation 3 members []
                restart
                > Empty generation 3 members []
                join c v=3
                > PreparingRebalance
                > CompletingRebalance
                > join c: c-3 generation 4 range leader c-3 of [c-3]
                """);
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        GroupScript.play(GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0).withMaxSize(1), """
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                join b v=3
                > join b: GROUP_MAX_SIZE_REACHED
                join a id=a-1 protocols=range:changed
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1:changed]
                """);
    }

    @Test
    void aSecondJoinOfTheSameMemberSupersedesTheFirst() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                join a id=a-1 protocols=range:ma
                > join a: REBALANCE_IN_PROGRESS a-1
                join b id=b-2 protocols=range:mb
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                sync b-2 gen=3
                sync b-2 gen=3
                > sync b-2: REBALANCE_IN_PROGRESS
                """);
    }

    @Test
    void itKnowsWhatConsumersSubscribeTo() {
        final ClassicGroup group = new ClassicGroup("g", GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0));
        final byte[] subscription = {0, 1, 0, 0, 0, 1, 0, 3, 'f', 'o', 'o', 0, 0, 0, 0};
        group.join(
                new JoinRequest(
                        1,
                        "",
                        "a-1",
                        null,
                        "a",
                        "/host",
                        10_000,
                        60_000,
                        "consumer",
                        List.of(new MemberProtocol("range", subscription)),
                        false,
                        false),
                0);
        assertEquals(Set.of("foo"), group.wantedAmong(Set.of("foo", "bar")));
    }
}
