package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.log.LogConfig;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetadataHandlerTest {
    private HostedTopicRig rig;
    private MetadataHandler handler;

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(1, LogConfig.DEFAULT);
        handler = new MetadataHandler(rig.metadata, rig.hosted, null, false, 1);
    }

    private MetadataResponse answer(final MetadataRequest request) {
        final KeptReply<MetadataResponse> reply = new KeptReply<>();
        handler.handle(request, new RequestOrigin(rig.connection, 12), reply);
        return reply.response;
    }

    private static void ask(final MetadataRequest request, final String name, final UUID id) {
        final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
        topic.name = name;
        topic.topicId = id;
        request.topics.add(topic);
    }

    @Test
    void answersATopicThatIsNamedOftenOnceAndInTheOrderAsked() {
        final MetadataRequest request = new MetadataRequest();
        ask(request, "zebra", Uuids.ZERO);
        for (int i = 0; i < 1_000; i++) {
            ask(request, HostedTopicRig.TOPIC, Uuids.ZERO);
            ask(request, "ant", Uuids.ZERO);
        }
        assertEquals(
                List.of("zebra", HostedTopicRig.TOPIC, "ant"),
                answer(request).topics.stream().map(topic -> topic.name).toList());
    }

    @Test
    void answersATopicThatIsAskedForByItsIdOnceWhateverNamesComeWithIt() {
        final MetadataRequest request = new MetadataRequest();
        for (int i = 0; i < 1_000; i++) {
            ask(request, "name " + i, HostedTopicRig.TOPIC_ID);
        }
        assertEquals(1, answer(request).topics.size());
    }
}
