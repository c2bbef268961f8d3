package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.protocol.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays a script of inputs against a group and writes down what comes out, so that a scenario reads as a transcript. A
 * line is an input; the lines behind it that begin with {@code >} are what the group must answer, all of it, in order.
 *
 * <pre>
 *   join NAME [id=ID] [instance=NAME] [v=9] [protocols=range:meta,rr] [session=10000] [rebalance=60000] [type=consumer]
 *   sync ID gen=1 [instance=NAME] [type=..] [protocol=..] [assign=ID:bytes,ID:bytes]
 *   heartbeat ID gen=1 [instance=NAME]
 *   leave ID[/INSTANCE] ...          (- for no id)
 *   commit ID gen=1 [instance=NAME]  (- for no id)
 *   wait MS                          time passes; the group is called at each deadline
 *   hold | persisted | failed        records are not made durable by themselves; the oldest is; it can't be
 *   restart [max=1]                  the group is reloaded from its last durable record, with another limit of its size
 *   kill ERROR                       the coordinator gives the group up
 * </pre>
 *
 * <p>New members get NAME-1, NAME-2 and so on. {@code protocols=} stands for none at all. What a leader is told of a member
 * reads ID/INSTANCE:METADATA, without what is not there.
 */
final class GroupScript {
    private final GroupConfig config;
    private final Map<Long, String> asked = new LinkedHashMap<>();
    private final List<GroupEffect.Persist> held = new ArrayList<>();
    private final List<String> transcript = new ArrayList<>();
    private ClassicGroup group;
    private GroupStateRecord durable = new GroupStateRecord();
    private boolean isHolding;
    private long nowMs = 1_000_000;
    private long lastHandle;
    private int lastUnique;

    private GroupScript(final GroupConfig config) {
        this.config = config;
        this.group = new ClassicGroup("g", config);
        durable.groupId = "g";
    }

    /** Plays the script without initial delay. */
    static ClassicGroup play(final String script) {
        return play(GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0), script);
    }

    static ClassicGroup play(final GroupConfig config, final String script) {
        final GroupScript played = new GroupScript(config);
        for (final String line : script.lines().toList()) {
            if (!line.startsWith(">")) {
                played.transcript.add(line);
                if (!line.isBlank() && !line.startsWith("#")) {
                    played.run(line);
                }
            }
        }
        assertEquals(script.strip(), String.join("\n", played.transcript).strip());
        return played.group;
    }

    private void run(final String line) {
        final List<String> words = Arrays.asList(line.split("\\s+"));
        final Map<String, String> options = new LinkedHashMap<>();
        for (final String word : words) {
            final int split = word.indexOf('=');
            if (split > 0) {
                options.put(word.substring(0, split), word.substring(split + 1));
            }
        }
        switch (words.get(0)) {
            case "join" -> join(words.get(1), options);
            case "sync" -> sync(words.get(1), options);
            case "heartbeat" ->
                out(group.heartbeat(who(words.get(1), options), generation(options), nowMs)
                        .name());
            case "commit" ->
                out(group.checkCommit(who(words.get(1), options), generation(options), nowMs)
                        .name());
            case "leave" -> leave(words.subList(1, words.size()));
            case "wait" -> pass(Long.parseLong(words.get(1)));
            case "hold" -> isHolding = true;
            case "persisted" -> settle(true);
            case "failed" -> settle(false);
            case "kill" -> group.kill(ErrorCode.valueOf(words.get(1)), "the script says so");
            case "restart" -> {
                final String max = options.get("max");
                group = ClassicGroup.restore(
                        durable, max == null ? config : config.withMaxSize(Integer.parseInt(max)), nowMs);
                out(group.state().wireName() + " generation " + group.generation() + " members " + group.memberIds());
            }
            default -> throw new IllegalArgumentException(line);
        }
        perform();
    }

    private void join(final String name, final Map<String, String> options) {
        final int version = Integer.parseInt(options.getOrDefault("v", "9"));
        final List<MemberProtocol> protocols = new ArrayList<>();
        for (final String protocol : options.getOrDefault("protocols", "range").split(",", -1)) {
            final String[] parts = protocol.split(":", -1);
            if (!parts[0].isEmpty()) {
                protocols.add(new MemberProtocol(parts[0], bytes(parts.length > 1 ? parts[1] : "")));
            }
        }
        final String id = options.getOrDefault("id", "");
        final String instance = options.get("instance");
        final boolean needsId = id.isEmpty();
        final JoinRequest request = new JoinRequest(
                ++lastHandle,
                id,
                needsId ? JoinRequest.newMemberId(instance, name, Integer.toString(++lastUnique)) : "unused",
                instance,
                name,
                "/host",
                Integer.parseInt(options.getOrDefault("session", "10000")),
                Integer.parseInt(options.getOrDefault("rebalance", "60000")),
                options.getOrDefault("type", "consumer"),
                protocols,
                version >= 4,
                version >= 9);
        asked.put(lastHandle, "join " + name);
        group.join(request, nowMs);
    }

    private void sync(final String id, final Map<String, String> options) {
        final Map<String, byte[]> assignments = new LinkedHashMap<>();
        if (options.containsKey("assign")) {
            for (final String assignment : options.get("assign").split(",", -1)) {
                final String[] parts = assignment.split(":", -1);
                assignments.put(parts[0], bytes(parts[1]));
            }
        }
        asked.put(++lastHandle, "sync " + id);
        group.sync(
                new SyncRequest(
                        lastHandle,
                        id,
                        options.get("instance"),
                        generation(options),
                        options.get("type"),
                        options.get("protocol"),
                        assignments),
                nowMs);
    }

    private void leave(final List<String> leavers) {
        final List<MemberIdentity> who = new ArrayList<>();
        for (final String leaver : leavers) {
            final String[] parts = leaver.split("/", -1);
            who.add(new MemberIdentity(parts[0].equals("-") ? "" : parts[0], parts.length > 1 ? parts[1] : null));
        }
        for (final LeaveAnswer answer : group.leave(who, nowMs)) {
            out(answer.error().name());
        }
    }

    private void pass(final long ms) {
        final long until = nowMs + ms;
        while (group.nextDeadlineMs() <= until) {
            nowMs = Math.max(nowMs, group.nextDeadlineMs());
            group.onTime(nowMs);
            perform();
        }
        nowMs = until;
    }

    private void settle(final boolean isDurable) {
        final GroupEffect.Persist oldest = held.remove(0);
        if (isDurable) {
            durable = oldest.record();
            group.onPersisted(oldest.token(), nowMs);
        } else {
            group.onPersistFailed(oldest.token(), ErrorCode.COORDINATOR_NOT_AVAILABLE, nowMs);
        }
    }

    private void perform() {
        for (List<GroupEffect> effects = group.drain(); !effects.isEmpty(); effects = group.drain()) {
            for (final GroupEffect effect : effects) {
                if (effect instanceof GroupEffect.JoinReply reply) {
                    out(asked.remove(reply.handle()) + ": " + text(reply.answer()));
                } else if (effect instanceof GroupEffect.SyncReply reply) {
                    out(asked.remove(reply.handle()) + ": " + text(reply.answer()));
                } else if (effect instanceof GroupEffect.Moved moved) {
                    out(moved.to().wireName());
                } else if (effect instanceof GroupEffect.Persist persist) {
                    out("persist generation " + persist.record().generation + " members "
                            + persist.record().members.stream()
                                    .map(member -> member.memberId)
                                    .toList());
                    held.add(persist);
                }
            }
            while (!isHolding && !held.isEmpty()) {
                settle(true);
            }
        }
    }

    private static String text(final JoinAnswer answer) {
        if (answer.error() != ErrorCode.NONE) {
            return answer.error() + (answer.memberId().isEmpty() ? "" : " " + answer.memberId());
        }
        final StringBuilder text = new StringBuilder(answer.memberId())
                .append(" generation ")
                .append(answer.generation())
                .append(' ')
                .append(answer.protocolNameOrNull())
                .append(" leader ")
                .append(answer.leader());
        if (!answer.members().isEmpty()) {
            text.append(" of ")
                    .append(answer.members().stream()
                            .map(member -> member.memberId()
                                    + (member.instanceIdOrNull() == null ? "" : "/" + member.instanceIdOrNull())
                                    + (member.metadata().hasRemaining() ? ":" + string(member.metadata()) : ""))
                            .toList());
        }
        return text.append(answer.skipAssignment() ? " skip" : "").toString();
    }

    private static String text(final SyncAnswer answer) {
        return answer.error() == ErrorCode.NONE
                ? "'" + string(answer.assignment()) + "'"
                : answer.error().name();
    }

    private void out(final String line) {
        transcript.add("> " + line);
    }

    private static MemberIdentity who(final String id, final Map<String, String> options) {
        return new MemberIdentity(id.equals("-") ? "" : id, options.get("instance"));
    }

    private static int generation(final Map<String, String> options) {
        return Integer.parseInt(options.get("gen"));
    }

    static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String string(final ByteBuffer content) {
        return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
    }
}
