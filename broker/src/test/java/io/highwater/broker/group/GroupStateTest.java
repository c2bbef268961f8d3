package io.highwater.broker.group;

import static io.highwater.broker.group.ClassicGroupTest.TWO_STABLE_MEMBERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The states that tools and clients know, the moves between them, and the one from which there is no way back. */
class GroupStateTest {
    @Test
    void theNamesAreTheProtocols() {
        assertEquals(
                List.of("Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead"),
                Arrays.stream(GroupState.values()).map(GroupState::wireName).toList());
    }

    @Test
    void theseMovesAreLegalAndNoOthers() {
        final List<String> legal = new ArrayList<>();
        for (final GroupState from : GroupState.values()) {
            for (final GroupState to : GroupState.values()) {
                if (from.mayMoveTo(to)) {
                    legal.add(from.wireName() + " " + to.wireName());
                }
            }
        }
        assertEquals(
                List.of(
                        "Empty PreparingRebalance",
                        "Empty Dead",
                        "PreparingRebalance Empty",
                        "PreparingRebalance CompletingRebalance",
                        "PreparingRebalance Dead",
                        "CompletingRebalance PreparingRebalance",
                        "CompletingRebalance Stable",
                        "CompletingRebalance Dead",
                        "Stable PreparingRebalance",
                        "Stable Dead"),
                legal);
    }

    @Test
    void aGroupThatIsGivenUpLetsNobodyWait() {
        final ClassicGroup group = GroupScript.play(TWO_STABLE_MEMBERS + """
                join a id=a-1 protocols=range:ma
                > PreparingRebalance
                kill NOT_COORDINATOR
                > join a: NOT_COORDINATOR a-1
                > Dead
                join a id=a-1 protocols=range:ma
                > join a: COORDINATOR_NOT_AVAILABLE a-1
                join c v=3
                > join c: COORDINATOR_NOT_AVAILABLE
                sync a-1 gen=2
                > sync a-1: COORDINATOR_NOT_AVAILABLE
                heartbeat a-1 gen=2
                > COORDINATOR_NOT_AVAILABLE
                commit - gen=-1
                > COORDINATOR_NOT_AVAILABLE
                leave a-1 b-2
                > COORDINATOR_NOT_AVAILABLE
                > COORDINATOR_NOT_AVAILABLE
                """);
        assertThrows(IllegalStateException.class, () -> group.transitionTo(GroupState.STABLE, "back to life"));
    }

    @Test
    void aGroupThatIsGivenUpWhileItSyncsLetsNobodyWait() {
        GroupScript.play("""
                join a v=3
                > PreparingRebalance
                > CompletingRebalance
                > join a: a-1 generation 1 range leader a-1 of [a-1]
                hold
                sync a-1 gen=1 assign=a-1:x
                > persist generation 1 members [a-1]
                kill NOT_COORDINATOR
                > sync a-1: NOT_COORDINATOR
                > Dead
                persisted
                """);
    }
}
