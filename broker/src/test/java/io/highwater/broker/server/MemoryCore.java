package io.highwater.broker.server;

import io.highwater.broker.core.*;
import io.highwater.broker.metadata.*;
import io.highwater.broker.message.*;
import io.highwater.port.*;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.*;
import java.util.*;

final class MemoryCore implements Core {
    private MetadataImage image = MetadataImage.EMPTY;
    private long index;
    private final List<Watcher<Object>> metaWatchers = new ArrayList<>();
    private final Shard shard; private final RandomSource random;
    MemoryCore(final Shard shard, final RandomSource random) { this.shard = shard; this.random = random; }

    static CoreOpener.OpenCore open(final BrokerConfig c, final NodePorts p, final java.nio.file.Path d, final FatalListener f) {
        return new CoreOpener.OpenCore(new MemoryCore(p.coreShard(), p.random().fork()), done -> p.coreShard().execute(done));
    }
    @Override public void propose(final CoreGroup<?> group, final Message command, final long deadlineMs, final Completion completion) {
        shard.execute(() -> {
            if (group == CoreGroup.GROUPS) { completion.onFailed(CoreFailure.NOT_LEADER); return; }
            final List<Message> records = new ArrayList<>();
            final Message response = decide(command, records);
            index++;
            completion.onApplied(index, response);
            if (!records.isEmpty()) for (final Watcher<Object> w : metaWatchers) w.onRecords(index, records, image);
        });
    }
    private Message decide(final Message command, final List<Message> records) {
        if (command instanceof FormClusterCommand f) {
            image = new MetadataImage(index + 1, f.clusterId, image.features(), image.brokers(), image.topics(), image.topicIds(), image.collidingNames(), image.nextProducerId());
            final FormClusterResult r = new FormClusterResult(); r.clusterId = f.clusterId; return r;
        }
        if (command instanceof BrokerRegistrationRequest b) {
            final BrokerRegistration reg = new BrokerRegistration(b.brokerId, b.incarnationId, index + 1, 1, null,
                List.of(new BrokerRegistration.Endpoint("PLAINTEXT", b.listeners.get(0).host, b.listeners.get(0).port, (short) 0)));
            image = new MetadataImage(index + 1, image.clusterIdOrNull(), image.features(), image.brokers().with(b.brokerId, reg), image.topics(), image.topicIds(), image.collidingNames(), image.nextProducerId());
            final BrokerRegistrationResponse r = new BrokerRegistrationResponse(); r.brokerEpoch = index + 1; return r;
        }
        if (command instanceof AllocateProducerIdsRequest) {
            final AllocateProducerIdsResponse r = new AllocateProducerIdsResponse(); r.producerIdStart = image.nextProducerId(); r.producerIdLen = 1000;
            image = new MetadataImage(index + 1, image.clusterIdOrNull(), image.features(), image.brokers(), image.topics(), image.topicIds(), image.collidingNames(), image.nextProducerId() + 1000);
            return r;
        }
        if (command instanceof CreateTopicsRequest c) {
            final CreateTopicsResponse response = new CreateTopicsResponse();
            for (final CreateTopicsRequest.CreatableTopic t : c.topics) {
                final CreateTopicsResponse.CreatableTopicResult r = new CreateTopicsResponse.CreatableTopicResult();
                r.name = t.name; r.topicId = random.nextUuid(); r.numPartitions = t.numPartitions < 1 ? 1 : t.numPartitions; r.replicationFactor = 1;
                response.topics.add(r);
                if (image.topicOrNull(t.name) != null) { r.errorCode = ErrorCode.TOPIC_ALREADY_EXISTS.code(); continue; }
                final List<PartitionRegistration> ps = new ArrayList<>();
                for (int i = 0; i < r.numPartitions; i++) ps.add(new PartitionRegistration(i, List.of(1), List.of(1), 1, 0, 0));
                final TopicImage ti = new TopicImage(t.name, r.topicId, ps, PersistentMap.empty());
                image = new MetadataImage(index + 1, image.clusterIdOrNull(), image.features(), image.brokers(), image.topics().with(r.topicId, ti), image.topicIds().with(t.name, r.topicId), image.collidingNames(), image.nextProducerId());
                final TopicRecord tr = new TopicRecord(); tr.name = t.name; tr.topicId = r.topicId; records.add(tr);
            }
            return response;
        }
        throw new IllegalArgumentException(command.toString());
    }
    @Override public void readIndex(final CoreGroup<?> group, final long deadlineMs, final ReadCompletion completion) { shard.execute(() -> completion.onIndex(index)); }
    @SuppressWarnings("unchecked")
    @Override public <S> void watch(final CoreGroup<S> group, final long from, final Watcher<? super S> watcher) {
        shard.execute(() -> { if (group == (CoreGroup<?>) CoreGroup.META) { ((Watcher<Object>) watcher).onImage(index, image); metaWatchers.add((Watcher<Object>) watcher); } });
    }
    @Override public boolean isLeader(final CoreGroup<?> group) { return true; }
}
