package io.highwater.broker.group;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which protocol a generation speaks: every member votes for the first in its own list that all support, and the most
 * votes win. With equal votes the oldest member's order decides, so that the outcome never hangs on chance.
 */
final class ProtocolVote {
    private ProtocolVote() {}

    /** The winner. There is one: joins that would leave none are refused. */
    static String winner(final Collection<Member> members, final Predicate<String> isCommon) {
        final Map<String, Integer> votes = new LinkedHashMap<>();
        for (final MemberProtocol protocol : members.iterator().next().protocols()) {
            if (isCommon.test(protocol.name())) {
                votes.put(protocol.name(), 0);
            }
        }
        if (votes.isEmpty()) {
            throw new IllegalStateException("no protocol is common to the members " + members);
        }
        for (final Member member : members) {
            votes.merge(favourite(member, isCommon), 1, Integer::sum);
        }
        String winner = null;
        for (final Map.Entry<String, Integer> candidate : votes.entrySet()) {
            if (winner == null || candidate.getValue() > votes.get(winner)) {
                winner = candidate.getKey();
            }
        }
        return winner;
    }

    private static String favourite(final Member member, final Predicate<String> isCommon) {
        for (final MemberProtocol protocol : member.protocols()) {
            if (isCommon.test(protocol.name())) {
                return protocol.name();
            }
        }
        throw new IllegalStateException("member " + member + " supports no common protocol");
    }
}
