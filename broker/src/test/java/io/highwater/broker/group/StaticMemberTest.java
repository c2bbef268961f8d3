package io.highwater.broker.group;

import org.junit.jupiter.api.Test;

/** Static members keep their place, and their assignment, over a restart of their process (KIP-345). */
class StaticMemberTest {
    private static final String TWO_STATIC_MEMBERS = """
            join a instance=sa protocols=range:ma
            > PreparingRebalance
            > CompletingRebalance
            > join a: sa-1 generation 1 range leader sa-1 of [sa-1/sa:ma]
            join b instance=sb protocols=range:mb
            > PreparingRebalance
            join a id=sa-1 instance=sa protocols=range:ma
            > CompletingRebalance
            > join a: sa-1 generation 2 range leader sa-1 of [sa-1/sa:ma, sb-2/sb:mb]
            > join b: sb-2 generation 2 range leader sa-1
            sync sb-2 instance=sb gen=2
            sync sa-1 instance=sa gen=2 assign=sa-1:x,sb-2:y
            > persist generation 2 members [sa-1, sb-2]
            > sync sa-1: 'x'
            > sync sb-2: 'y'
            > Stable
            """;

    @Test
    void aFollowerThatRestartsDisturbsNobody() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-3]
                > join b: sb-3 generation 2 range leader sa-1
                sync sb-3 instance=sb gen=2
                > sync sb-3: 'y'
                heartbeat sa-1 instance=sa gen=2
                > NONE
                """);
    }

    @Test
    void theFormerSelfIsFenced() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-3]
                > join b: sb-3 generation 2 range leader sa-1
                heartbeat sb-2 instance=sb gen=2
                > FENCED_INSTANCE_ID
                commit sb-2 instance=sb gen=2
                > FENCED_INSTANCE_ID
                sync sb-2 instance=sb gen=2
                > sync sb-2: FENCED_INSTANCE_ID
                join b id=sb-2 instance=sb
                > join b: FENCED_INSTANCE_ID sb-2
                leave sb-2/sb
                > FENCED_INSTANCE_ID
                """);
    }

    @Test
    void aNameThatNobodyHasIsUnknown() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join a id=sa-1 instance=other
                > join a: UNKNOWN_MEMBER_ID sa-1
                sync sa-1 instance=other gen=2
                > sync sa-1: UNKNOWN_MEMBER_ID
                heartbeat sa-1 instance=other gen=2
                > UNKNOWN_MEMBER_ID
                commit sa-1 instance=other gen=2
                > UNKNOWN_MEMBER_ID
                leave sa-1/other
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void aLeaderThatRestartsIsToldToKeepTheAssignmentsFromVersion9On() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join a instance=sa protocols=range:ma
                > persist generation 2 members [sb-2, sa-3]
                > join a: sa-3 generation 2 range leader sa-3 of [sb-2/sb:mb, sa-3/sa:ma] skip
                sync sa-3 instance=sa gen=2
                > sync sa-3: 'x'
                """);
    }

    @Test
    void anOldClientThatLedIsToldThatItsFormerSelfLeads() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join a instance=sa protocols=range:ma v=8
                > persist generation 2 members [sb-2, sa-3]
                > join a: sa-3 generation 2 range leader sa-1
                sync sa-3 instance=sa gen=2
                > sync sa-3: 'x'
                """);
    }

    @Test
    void aReturnIsAnsweredOnlyWhenItIsDurable() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                hold
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-3]
                restart
                > Stable generation 2 members [sa-1, sb-2]
                """);
        GroupScript.play(TWO_STATIC_MEMBERS + """
                hold
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-3]
                failed
                > join b: COORDINATOR_NOT_AVAILABLE sb-3
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-4]
                persisted
                > join b: sb-4 generation 2 range leader sa-1
                restart
                > Stable generation 2 members [sa-1, sb-4]
                """);
    }

    @Test
    void aReturnThatMeetsARebalanceIsAnsweredByTheRebalance() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                hold
                join b instance=sb protocols=range:mb
                > persist generation 2 members [sa-1, sb-3]
                join a id=sa-1 instance=sa protocols=range:ma
                > PreparingRebalance
                > CompletingRebalance
                > join a: sa-1 generation 3 range leader sa-1 of [sa-1/sa:ma, sb-3/sb:mb]
                > join b: sb-3 generation 3 range leader sa-1
                persisted
                """);
    }

    @Test
    void aReturnWithAnotherFavouriteRebalances() {
        GroupScript.play(GroupConfig.DEFAULT, """
                join a instance=sa protocols=range,sticky
                > PreparingRebalance
                wait 3000
                > CompletingRebalance
                > join a: sa-1 generation 1 range leader sa-1 of [sa-1/sa]
                sync sa-1 instance=sa gen=1 assign=sa-1:x
                > persist generation 1 members [sa-1]
                > sync sa-1: 'x'
                > Stable
                join a instance=sa protocols=sticky,range
                > PreparingRebalance
                > CompletingRebalance
                > join a: sa-2 generation 2 sticky leader sa-2 of [sa-2/sa]
                """);
    }

    @Test
    void aReturnWhileTheLeaderAssignsRebalances() {
        GroupScript.play("""
                join a instance=sa
                > PreparingRebalance
                > CompletingRebalance
                > join a: sa-1 generation 1 range leader sa-1 of [sa-1/sa]
                join a instance=sa
                > PreparingRebalance
                > CompletingRebalance
                > join a: sa-2 generation 2 range leader sa-2 of [sa-2/sa]
                sync sa-1 instance=sa gen=1
                > sync sa-1: FENCED_INSTANCE_ID
                """);
    }

    @Test
    void theOlderOfTwoInstancesThatWaitToJoinIsFenced() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join a id=sa-1 instance=sa protocols=range:ma
                > PreparingRebalance
                join a instance=sa protocols=range:ma
                > join a: FENCED_INSTANCE_ID sa-1
                join b id=sb-2 instance=sb protocols=range:mb
                > CompletingRebalance
                > join b: sb-2 generation 3 range leader sa-3
                > join a: sa-3 generation 3 range leader sa-3 of [sb-2/sb:mb, sa-3/sa:ma]
                """);
    }

    @Test
    void anAbsentStaticMemberKeepsItsPlaceUntilItsSessionEnds() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                join a id=sa-1 instance=sa protocols=range:ma rebalance=5000
                > PreparingRebalance
                wait 10000
                > CompletingRebalance
                > join a: sa-1 generation 3 range leader sa-1 of [sa-1/sa:ma]
                """);
        GroupScript.play(TWO_STATIC_MEMBERS + """
                leave sa-1/sa
                > NONE
                > PreparingRebalance
                wait 10000
                > Empty
                > persist generation 3 members []
                """);
    }

    @Test
    void anAdministratorRemovesAStaticMemberByItsNameAlone() {
        GroupScript.play(TWO_STATIC_MEMBERS + """
                leave -/sb -/nobody -
                > NONE
                > UNKNOWN_MEMBER_ID
                > UNKNOWN_MEMBER_ID
                > PreparingRebalance
                heartbeat sb-2 instance=sb gen=2
                > UNKNOWN_MEMBER_ID
                """);
    }
}
