package io.highwater.broker.api;

import io.highwater.broker.metadata.TopicNames;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Incremental fetch sessions (KIP-227): a client names its partitions once and then only what changed. The number of
 * slots is bounded, and so are the partitions in all of them together; a new session takes the place of those unused for
 * longest if that is more than two minutes, else the client gets none and goes on sending its whole list.
 *
 * <p>Safe for any thread: sessions and their table are guarded by this object's lock, taken once at the begin and once at
 * the end of a fetch. Between the two the entries belong to the fetch, and a second fetch of the session is refused.
 */
public final class FetchSessions {
    static final int NO_SESSION = 0;
    static final int EPOCH_INITIAL = 0;
    static final int EPOCH_FINAL = -1;
    private static final long EVICT_AFTER_MS = 120_000;
    /** Each takes some 300 bytes: 60 MB of the heap at most, for twenty consumers of ten thousand partitions each. */
    static final int ENTRIES_MAX = 200_000;

    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

    /** By id, the least recently used first. */
    private final LinkedHashMap<Integer, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    /** Partitions in all sessions. */
    private int entriesHeld;

    private final int slots;
    private final Clock clock;
    private final RandomSource random;

    /** No session yet. */
    public FetchSessions(final int slots, final Clock clock, final RandomSource random) {
        this.slots = slots;
        this.clock = clock;
        this.random = random;
    }

    /** Sessions that are kept. */
    public synchronized int count() {
        return sessions.size();
    }

    /** What the request is about: its own list, or a session's. */
    synchronized Fetch begin(final FetchRequest request, final short version) {
        final boolean usesTopicIds = version >= FIRST_VERSION_WITH_TOPIC_IDS;
        if (request.sessionEpoch == EPOCH_FINAL || request.sessionEpoch == EPOCH_INITIAL) {
            if (request.sessionId != NO_SESSION) {
                drop(sessions.get(request.sessionId));
            }
            final Map<EntryKey, FetchEntry> entries = new LinkedHashMap<>();
            put(entries, request);
            final Session session =
                    request.sessionEpoch == EPOCH_INITIAL && !entries.isEmpty() && hasPossibleNames(request)
                            ? create(entries, usesTopicIds)
                            : null;
            return new Fetch(ErrorCode.NONE, session, true, new ArrayList<>(entries.values()));
        }
        final Session session = sessions.get(request.sessionId);
        if (session == null) {
            return Fetch.refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.inUse || request.sessionEpoch != session.nextEpoch) {
            return Fetch.refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        }
        if (session.usesTopicIds != usesTopicIds) {
            return Fetch.refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        final int before = session.entries.size();
        if (!hasPossibleNames(request) || !hasRoomFor(growth(request, session), session)) {
            drop(session);
            return Fetch.refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        session.nextEpoch = session.nextEpoch == Integer.MAX_VALUE ? 1 : session.nextEpoch + 1;
        session.lastUsedMs = clock.monotonicMs();
        session.inUse = true;
        put(session.entries, request);
        forget(session, request);
        entriesHeld += session.entries.size() - before;
        if (session.entries.isEmpty()) {
            // Nothing is left that it could remember: the client begins anew with its next partition.
            drop(session);
            return new Fetch(ErrorCode.NONE, null, true, List.of());
        }
        return new Fetch(ErrorCode.NONE, session, false, new ArrayList<>(session.entries.values()));
    }

    private static void forget(final Session session, final FetchRequest request) {
        if (request.forgottenTopicsData.isEmpty()) {
            return;
        }
        final List<FetchEntry> forgotten = new ArrayList<>();
        for (final FetchRequest.ForgottenTopic topic : request.forgottenTopicsData) {
            for (final int partition : topic.partitions) {
                final FetchEntry entry =
                        session.entries.remove(new EntryKey(nameOf(topic.topic), topic.topicId, partition));
                if (entry != null) {
                    forgotten.add(entry);
                }
            }
        }
        EntryWatch.leaveAll(forgotten);
    }

    /** The fetch is answered or given up; who had data goes to the end of the session's order. */
    void end(final Fetch fetch, final Collection<FetchEntry> served) {
        fetch.entries().forEach(FetchEntry::end);
        if (fetch.session() == null || !giveBack(fetch, served)) {
            EntryWatch.leaveAll(fetch.entries());
        }
    }

    /** False when the session was dropped meanwhile. */
    private synchronized boolean giveBack(final Fetch fetch, final Collection<FetchEntry> served) {
        for (final FetchEntry entry : served) {
            final EntryKey key = new EntryKey(nameOf(entry.topic()), entry.topicId(), entry.wanted().partition);
            if (fetch.session().entries.remove(key, entry)) {
                fetch.session().entries.put(key, entry);
            }
        }
        fetch.session().inUse = false;
        return !fetch.session().isDropped;
    }

    private static void put(final Map<EntryKey, FetchEntry> entries, final FetchRequest request) {
        for (final FetchRequest.FetchTopic topic : request.topics) {
            for (final FetchRequest.FetchPartition partition : topic.partitions) {
                final EntryKey key = keyOf(topic, partition);
                final FetchEntry known = entries.get(key);
                if (known == null) {
                    entries.put(key, new FetchEntry(topic.topic, topic.topicId, partition));
                } else {
                    known.want(partition);
                }
            }
        }
    }

    private static String nameOf(final String topic) {
        return topic == null ? "" : topic;
    }

    private Session create(final Map<EntryKey, FetchEntry> entries, final boolean usesTopicIds) {
        final long nowMs = clock.monotonicMs();
        if (sessions.size() >= slots && !dropOldest(null) || !hasRoomFor(entries.size(), null)) {
            return null;
        }
        int id;
        do {
            id = (int) (random.nextLong() >>> 33);
        } while (id == NO_SESSION || sessions.containsKey(id));
        final Session session = new Session(id, entries, usesTopicIds, nowMs);
        sessions.put(id, session);
        entriesHeld += entries.size();
        return session;
    }

    /** Makes room if it can. */
    private boolean hasRoomFor(final int more, final Session asking) {
        while (entriesHeld + more > ENTRIES_MAX) {
            if (!dropOldest(asking)) {
                return false;
            }
        }
        return true;
    }

    /** False when the oldest may still be wanted. */
    private boolean dropOldest(final Session asking) {
        final Iterator<Session> all = sessions.values().iterator();
        final Session oldest = all.hasNext() ? all.next() : null;
        if (oldest == null || oldest == asking || clock.monotonicMs() - oldest.lastUsedMs < EVICT_AFTER_MS) {
            return false;
        }
        drop(oldest);
        return true;
    }

    private void drop(final Session session) {
        if (session != null && sessions.remove(session.id) != null) {
            entriesHeld -= session.entries.size();
            session.isDropped = true;
            if (!session.inUse) {
                EntryWatch.leaveAll(session.entries.values());
            }
        }
    }

    /** A name that no topic can have is not worth its place, and may be a hundred times as long as one that can. */
    private static boolean hasPossibleNames(final FetchRequest request) {
        for (final FetchRequest.FetchTopic topic : request.topics) {
            if (topic.topic != null && topic.topic.length() > TopicNames.LENGTH_MAX) {
                return false;
            }
        }
        return true;
    }

    /** How many partitions more the session will have; at most, where that many have room. */
    private int growth(final FetchRequest request, final Session session) {
        int listed = 0;
        for (final FetchRequest.FetchTopic topic : request.topics) {
            listed += topic.partitions.size();
        }
        if (entriesHeld + listed <= ENTRIES_MAX) {
            return listed;
        }
        final Set<EntryKey> more = new HashSet<>();
        for (final FetchRequest.FetchTopic topic : request.topics) {
            for (final FetchRequest.FetchPartition partition : topic.partitions) {
                final EntryKey key = keyOf(topic, partition);
                if (!session.entries.containsKey(key)) {
                    more.add(key);
                }
            }
        }
        final Set<EntryKey> fewer = new HashSet<>();
        for (final FetchRequest.ForgottenTopic topic : request.forgottenTopicsData) {
            for (final int partition : topic.partitions) {
                final EntryKey key = new EntryKey(nameOf(topic.topic), topic.topicId, partition);
                if (!more.remove(key) && session.entries.containsKey(key)) {
                    fewer.add(key);
                }
            }
        }
        return more.size() - fewer.size();
    }

    private static EntryKey keyOf(final FetchRequest.FetchTopic topic, final FetchRequest.FetchPartition partition) {
        return new EntryKey(nameOf(topic.topic), topic.topicId, partition.partition);
    }

    private record EntryKey(String topic, UUID topicId, int partition) {}

    /**
     * One fetch's view of its session.
     *
     * @param error why it is refused, else NONE
     * @param session null without one
     * @param isFull the answer lists every partition asked for
     * @param entries the partitions in the order of service
     */
    record Fetch(ErrorCode error, Session session, boolean isFull, List<FetchEntry> entries) {
        static Fetch refused(final ErrorCode error) {
            return new Fetch(error, null, true, List.of());
        }

        int sessionId() {
            return session == null ? NO_SESSION : session.id;
        }
    }

    /** What is remembered of one client. Guarded by the table's lock. */
    static final class Session {
        private int nextEpoch = 1;
        private long lastUsedMs;
        private boolean inUse = true;
        private boolean isDropped;

        private final int id;
        private final Map<EntryKey, FetchEntry> entries;
        private final boolean usesTopicIds;

        private Session(
                final int id, final Map<EntryKey, FetchEntry> entries, final boolean usesTopicIds, final long nowMs) {
            this.id = id;
            this.entries = entries;
            this.usesTopicIds = usesTopicIds;
            this.lastUsedMs = nowMs;
        }
    }
}
