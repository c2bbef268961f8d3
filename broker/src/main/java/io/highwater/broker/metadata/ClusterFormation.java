package io.highwater.broker.metadata;

import io.highwater.broker.message.FormClusterCommand;
import io.highwater.broker.message.FormClusterResult;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;

/** Decides the cluster's id: the first one proposed, for good. Pure; safe for any thread. */
public final class ClusterFormation {
    private ClusterFormation() {}

    /** The id and features as proposed when the cluster has none, else what it has. An empty id proposes nothing. */
    public static Decision<FormClusterResult> decide(final MetadataImage image, final FormClusterCommand command) {
        final FormClusterResult result = new FormClusterResult();
        if (image.clusterIdOrNull() != null) {
            result.clusterId = image.clusterIdOrNull();
            return new Decision<>(List.of(), result);
        }
        result.clusterId = command.clusterId;
        if (command.clusterId.isEmpty()) {
            return new Decision<>(List.of(), result);
        }
        final List<Message> records = new ArrayList<>();
        records.add(MetadataRecords.clusterId(command.clusterId));
        for (final FormClusterCommand.ProposedFeature feature : command.features) {
            records.add(MetadataRecords.feature(feature.name, feature.level));
        }
        return new Decision<>(records, result);
    }
}
