package io.highwater.broker.group;

import static io.highwater.broker.group.ClassicGroupTest.TWO_STABLE_MEMBERS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Which join is refused and by what error, where more than one would fit; who counts; what rejoining means. */
class JoinRulesTest {
    private static GroupConfig ofSize(final int members) {
        return GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0).withMaxSize(members);
    }

    @Test
    void sessionTimeoutsLieBetweenSixSecondsAndHalfAnHour() {
        assertFalse(GroupConfig.DEFAULT.allowsSessionTimeoutMs(5_999));
        assertTrue(GroupConfig.DEFAULT.allowsSessionTimeoutMs(6_000));
        assertTrue(GroupConfig.DEFAULT.allowsSessionTimeoutMs(1_800_000));
        assertFalse(GroupConfig.DEFAULT.allowsSessionTimeoutMs(1_800_001));
    }

    @Test
    void theSizeIsCheckedBeforeTheProtocol() {
        GroupScript.play(ofSize(2), TWO_STABLE_MEMBERS + """
                join c v=3 type=connect
                > join c: GROUP_MAX_SIZE_REACHED
                join c id=c-9 protocols=other
                > join c: GROUP_MAX_SIZE_REACHED
                """);
    }

    @Test
    void theProtocolIsCheckedBeforeTheMember() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join x id=x-9 type=connect
                > join x: INCONSISTENT_GROUP_PROTOCOL x-9
                join x id=x-9 protocols=other
                > join x: INCONSISTENT_GROUP_PROTOCOL x-9
                join x id=x-9
                > join x: UNKNOWN_MEMBER_ID x-9
                join b instance=sb protocols=other
                > join b: INCONSISTENT_GROUP_PROTOCOL
                join a id=a-1 protocols=other
                > join a: INCONSISTENT_GROUP_PROTOCOL a-1
                # None of this was a rebalance.
                heartbeat a-1 gen=2
                > NONE
                """);
    }

    @Test
    void withoutProtocolsNobodyJoins() {
        GroupScript.play("""
                join a v=3 protocols=
                > join a: INCONSISTENT_GROUP_PROTOCOL
                join a v=3 type=
                > join a: INCONSISTENT_GROUP_PROTOCOL
                """);
        GroupScript.play(TWO_STABLE_MEMBERS + """
                join c v=3 protocols=
                > join c: INCONSISTENT_GROUP_PROTOCOL
                join c v=3 type=
                > join c: INCONSISTENT_GROUP_PROTOCOL
                """);
    }

    @Test
    void anEmptyGroupKnowsNoMember() {
        GroupScript.play("""
                join a id=ghost
                > join a: UNKNOWN_MEMBER_ID ghost
                join a id=ghost instance=sa
                > join a: UNKNOWN_MEMBER_ID ghost
                """);
    }

    @Test
    void anEmptyGroupMayBecomeOneOfAnotherType() {
        GroupScript.play("""
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                leave a-1
                > NONE
                > PreparingRebalance
                > Empty
                > persist generation 2 members []
                join w v=3 type=connect protocols=sessioned
                > PreparingRebalance
                > CompletingRebalance
                > join w: w-2 generation 3 sessioned leader w-2 of [w-2]
                join c v=3 protocols=sessioned
                > join c: INCONSISTENT_GROUP_PROTOCOL
                """);
    }

    @Test
    void whileMembersGatherThoseWhoWaitCount() {
        GroupScript.play(GroupConfig.DEFAULT.withMaxSize(2), """
                join a v=3
                > PreparingRebalance
                join b v=3
                join c v=3
                > join c: GROUP_MAX_SIZE_REACHED
                # Who waits already may ask again.
                join b id=b-2
                > join b: REBALANCE_IN_PROGRESS b-2
                wait 6000
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 1 range leader a-1
                """);
    }

    @Test
    void anIdThatWasGivenOutHoldsNoPlace() {
        GroupScript.play(ofSize(1), """
                join a
                > join a: MEMBER_ID_REQUIRED a-1
                join b v=3
                > PreparingRebalance
                > CompletingRebalance
                > join b: b-2 generation 1 range leader b-2 of [b-2]
                join a id=a-1
                > join a: GROUP_MAX_SIZE_REACHED
                # Its id is forgotten with that.
                leave b-2
                > NONE
                > PreparingRebalance
                > Empty
                > persist generation 2 members []
                join a id=a-1
                > join a: UNKNOWN_MEMBER_ID a-1
                """);
    }

    @Test
    void aLimitThatWasLoweredDropsTheLastToRejoin() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                restart max=1
                > Stable generation 2 members [a-1, b-2]
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                join b id=b-2 protocols=range:mb
                > join b: GROUP_MAX_SIZE_REACHED
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma]
                heartbeat b-2 gen=3
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void withEqualVotesTheOldestMembersOrderDecides() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a v=3 protocols=range,sticky
                > PreparingRebalance
                join b v=3 protocols=sticky,range
                wait 6000
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 1 range leader a-1
                """);
    }

    @Test
    void whoAsksAgainWhileTheLeaderAssignsIsToldTheSame() {
        GroupScript.play("""
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
                join b id=b-2 protocols=range:mb
                > join b: b-2 generation 2 range leader a-1
                join a id=a-1 protocols=range:ma
                > join a: a-1 generation 2 range leader a-1 of [a-1:ma, b-2:mb]
                join b id=b-2 protocols=range:changed
                > PreparingRebalance
                """);
    }

    @Test
    void anotherOrderOfTheSameProtocolsIsAChange() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a v=3 protocols=range,sticky
                > PreparingRebalance
                join b v=3 protocols=range,sticky
                wait 6000
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1, b-2]
                > join b: b-2 generation 1 range leader a-1
                sync b-2 gen=1
                sync a-1 gen=1
                > persist generation 1 members [a-1, b-2]
                > sync a-1: ''
                > sync b-2: ''
                > Stable
                join b id=b-2 protocols=range,sticky
                > join b: b-2 generation 1 range leader a-1
                join b id=b-2 protocols=sticky,range
                > PreparingRebalance
                """);
    }

    /** Its client may be gone: it never got an id by which it could ask again. */
    @Test
    void aNewMembersJoinWaitsFiveMinutesAtMost() {
        GroupScript.play("""
                join a v=3 session=600000 rebalance=900000
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                sync a-1 gen=1
                > persist generation 1 members [a-1]
                > sync a-1: ''
                > Stable
                join b v=3 session=600000 rebalance=900000
                > PreparingRebalance
                wait 299999
                wait 1
                > join b: UNKNOWN_MEMBER_ID b-2
                join a id=a-1 session=600000 rebalance=900000
                > CompletingRebalance
                > join a: a-1 generation 2 range leader a-1 of [a-1]
                """);
    }
}
