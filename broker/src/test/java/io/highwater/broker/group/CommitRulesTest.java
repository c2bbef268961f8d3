package io.highwater.broker.group;

import static io.highwater.broker.group.ClassicGroupTest.TWO_STABLE_MEMBERS;

import org.junit.jupiter.api.Test;

/** Whose commit counts, in each state of the group. */
class CommitRulesTest {
    @Test
    void whoHasNoGenerationCommitsOnlyWhereThereAreNoMembers() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                commit - gen=-1
                > UNKNOWN_MEMBER_ID
                commit x-9 gen=-1
                > UNKNOWN_MEMBER_ID
                commit a-1 gen=-1
                > ILLEGAL_GENERATION
                commit - gen=2
                > UNKNOWN_MEMBER_ID
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                commit - gen=-1
                > UNKNOWN_MEMBER_ID
                join b id=b-2 protocols=range:mb
                > CompletingRebalance
                > join a: a-1 generation 3 range leader a-1 of [a-1:ma, b-2:mb]
                > join b: b-2 generation 3 range leader a-1
                commit - gen=-1
                > UNKNOWN_MEMBER_ID
                leave a-1 b-2
                > NONE
                > NONE
                > PreparingRebalance
                > Empty
                > persist generation 4 members []
                commit - gen=-1
                > NONE
                """);
    }

    @Test
    void aMemberThatIsGoneCantCommitToTheEmptyGroup() {
        GroupScript.play(TWO_STABLE_MEMBERS + """
                leave a-1 b-2
                > NONE
                > NONE
                > PreparingRebalance
                > Empty
                > persist generation 3 members []
                commit a-1 gen=2
                > UNKNOWN_MEMBER_ID
                commit a-1 gen=3
                > UNKNOWN_MEMBER_ID
                """);
    }

    @Test
    void whileTheLeaderAssignsTheGenerationIsCheckedFirst() {
        GroupScript.play("""
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                commit a-1 gen=0
                > ILLEGAL_GENERATION
                commit a-1 gen=1
                > REBALANCE_IN_PROGRESS
                """);
    }

    @Test
    void aStaticMembersNameMustBeItsOwn() {
        GroupScript.play("""
                join a instance=sa
                > PreparingRebalance
                > CompletingRebalance
                > join a: sa-1 generation 1 range leader sa-1 of [sa-1/sa]
                sync sa-1 instance=sa gen=1
                > persist generation 1 members [sa-1]
                > sync sa-1: ''
                > Stable
                commit - instance=sa gen=-1
                > FENCED_INSTANCE_ID
                commit other instance=sa gen=1
                > FENCED_INSTANCE_ID
                commit sa-1 instance=nobody gen=1
                > UNKNOWN_MEMBER_ID
                commit sa-1 instance=sa gen=1
                > NONE
                """);
    }
}
