package io.highwater.protocol;

/**
 * The protocol's error codes. An answer carries the number; the text is ours and for people.
 *
 * <p>Safe for any thread because it is immutable.
 */
public enum ErrorCode {
    UNKNOWN_SERVER_ERROR(-1, false, "The server met an error it did not expect."),
    NONE(0, false, ""),
    OFFSET_OUT_OF_RANGE(1, false, "The offset is not within the range of offsets that the partition has."),
    CORRUPT_MESSAGE(2, true, "The batch fails its checksum, or its size or layout is not valid."),
    UNKNOWN_TOPIC_OR_PARTITION(3, true, "This server has no such topic or partition."),
    INVALID_FETCH_SIZE(4, false, "The fetch size is not valid."),
    LEADER_NOT_AVAILABLE(5, true, "The partition has no leader at the moment."),
    NOT_LEADER_OR_FOLLOWER(6, true, "This broker is not the leader, or no replica, of the partition."),
    REQUEST_TIMED_OUT(7, true, "The request was not done within its time."),
    BROKER_NOT_AVAILABLE(8, false, "The broker is not available."),
    REPLICA_NOT_AVAILABLE(9, true, "The replica is not available."),
    MESSAGE_TOO_LARGE(10, false, "The batch is larger than the largest that the topic accepts."),
    STALE_CONTROLLER_EPOCH(11, false, "The controller has moved on to a later epoch."),
    OFFSET_METADATA_TOO_LARGE(12, false, "The metadata of the offset is too large."),
    NETWORK_EXCEPTION(13, true, "The connection ended before the answer came."),
    COORDINATOR_LOAD_IN_PROGRESS(14, true, "The coordinator is still loading."),
    COORDINATOR_NOT_AVAILABLE(15, true, "The coordinator is not available."),
    NOT_COORDINATOR(16, true, "This broker is not the coordinator."),
    INVALID_TOPIC_EXCEPTION(17, false, "The name of the topic is not valid, or the operation is not allowed on it."),
    RECORD_LIST_TOO_LARGE(18, false, "The batch is larger than a segment."),
    NOT_ENOUGH_REPLICAS(19, true, "Fewer replicas are in sync than the topic requires."),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(
            20, true, "The records were appended, but to fewer in-sync replicas than required."),
    INVALID_REQUIRED_ACKS(21, false, "The required acknowledgements are not -1, 0 or 1."),
    ILLEGAL_GENERATION(22, false, "The generation is not the group's current one."),
    INCONSISTENT_GROUP_PROTOCOL(
            23, false, "The protocol type or protocols of the member do not fit those of the group."),
    INVALID_GROUP_ID(24, false, "The group id is not valid."),
    UNKNOWN_MEMBER_ID(25, false, "The group has no such member."),
    INVALID_SESSION_TIMEOUT(26, false, "The session timeout is not within the range that the broker allows."),
    REBALANCE_IN_PROGRESS(27, false, "The group is rebalancing; rejoin."),
    INVALID_COMMIT_OFFSET_SIZE(28, false, "The offsets to commit are too large together."),
    TOPIC_AUTHORIZATION_FAILED(29, false, "Not authorised for the topic."),
    GROUP_AUTHORIZATION_FAILED(30, false, "Not authorised for the group."),
    CLUSTER_AUTHORIZATION_FAILED(31, false, "Not authorised for the cluster."),
    INVALID_TIMESTAMP(32, false, "The timestamp of a record is outside of the range that the topic accepts."),
    UNSUPPORTED_SASL_MECHANISM(33, false, "The broker does not support that SASL mechanism."),
    ILLEGAL_SASL_STATE(34, false, "The request is not valid in this state of the SASL exchange."),
    UNSUPPORTED_VERSION(35, false, "The version of the API is not supported."),
    TOPIC_ALREADY_EXISTS(36, false, "A topic of that name exists."),
    INVALID_PARTITIONS(37, false, "The number of partitions is not valid."),
    INVALID_REPLICATION_FACTOR(38, false, "The replication factor is not valid, or larger than the number of brokers."),
    INVALID_REPLICA_ASSIGNMENT(39, false, "The assignment of replicas is not valid."),
    INVALID_CONFIG(40, false, "The configuration is not valid."),
    NOT_CONTROLLER(41, true, "This broker is not the controller."),
    INVALID_REQUEST(42, false, "The request contradicts itself or the rules of the protocol."),
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, false, "The message format does not support the request."),
    POLICY_VIOLATION(44, false, "The request violates a policy of the broker."),
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, false, "The sequence number does not follow the producer's last one."),
    DUPLICATE_SEQUENCE_NUMBER(46, false, "The sequence number was used before."),
    INVALID_PRODUCER_EPOCH(47, false, "The producer's epoch is older than one seen before."),
    INVALID_TXN_STATE(48, false, "The operation is not valid in this state of the transaction."),
    INVALID_PRODUCER_ID_MAPPING(49, false, "The producer id is not the one of the transactional id."),
    INVALID_TRANSACTION_TIMEOUT(50, false, "The transaction timeout is above the maximum of the broker."),
    CONCURRENT_TRANSACTIONS(51, true, "Another operation on the transaction is still going on."),
    TRANSACTION_COORDINATOR_FENCED(52, false, "The transaction coordinator has a later epoch."),
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, false, "Not authorised for the transactional id."),
    SECURITY_DISABLED(54, false, "Security features are off."),
    OPERATION_NOT_ATTEMPTED(55, false, "Not attempted, because another part of the request failed."),
    KAFKA_STORAGE_ERROR(56, true, "The disk of the partition failed."),
    LOG_DIR_NOT_FOUND(57, false, "The broker has no such log directory."),
    SASL_AUTHENTICATION_FAILED(58, false, "Authentication failed."),
    UNKNOWN_PRODUCER_ID(59, false, "The broker holds nothing of that producer id."),
    REASSIGNMENT_IN_PROGRESS(60, false, "A reassignment of the partition is in progress."),
    DELEGATION_TOKEN_AUTH_DISABLED(61, false, "Delegation tokens are off."),
    DELEGATION_TOKEN_NOT_FOUND(62, false, "There is no such delegation token."),
    DELEGATION_TOKEN_OWNER_MISMATCH(63, false, "The delegation token belongs to somebody else."),
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(64, false, "A delegation token cannot be asked for on this connection."),
    DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, false, "Not authorised for the delegation token."),
    DELEGATION_TOKEN_EXPIRED(66, false, "The delegation token has expired."),
    INVALID_PRINCIPAL_TYPE(67, false, "The type of the principal is not supported."),
    NON_EMPTY_GROUP(68, false, "The group still has members."),
    GROUP_ID_NOT_FOUND(69, false, "There is no such group."),
    FETCH_SESSION_ID_NOT_FOUND(70, true, "There is no such fetch session."),
    INVALID_FETCH_SESSION_EPOCH(71, true, "The epoch of the fetch session is not the expected one."),
    LISTENER_NOT_FOUND(72, true, "The leader has no listener of the name on which the request came in."),
    TOPIC_DELETION_DISABLED(73, false, "Topics cannot be deleted here."),
    FENCED_LEADER_EPOCH(74, true, "The leader epoch of the request is older than the partition's."),
    UNKNOWN_LEADER_EPOCH(75, true, "The leader epoch of the request is later than the one known here."),
    UNSUPPORTED_COMPRESSION_TYPE(76, false, "This version of the request cannot carry that compression."),
    STALE_BROKER_EPOCH(77, false, "The broker epoch is not the current one."),
    OFFSET_NOT_AVAILABLE(78, true, "The leader does not know yet which offsets are committed."),
    MEMBER_ID_REQUIRED(79, false, "Join again with the member id of this answer."),
    PREFERRED_LEADER_NOT_AVAILABLE(80, true, "The preferred leader is not available."),
    GROUP_MAX_SIZE_REACHED(81, false, "The group has as many members as it may have."),
    FENCED_INSTANCE_ID(82, false, "Another member has taken over the group instance id."),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, true, "No eligible leader is available."),
    ELECTION_NOT_NEEDED(84, true, "The partition has the wanted leader already."),
    NO_REASSIGNMENT_IN_PROGRESS(85, false, "No reassignment of the partition is in progress."),
    GROUP_SUBSCRIBED_TO_TOPIC(86, false, "A member of the group is subscribed to the topic."),
    INVALID_RECORD(87, false, "A record or batch breaks the rules of its topic or of the format."),
    UNSTABLE_OFFSET_COMMIT(88, true, "An offset of an unfinished transaction is in the way."),
    THROTTLING_QUOTA_EXCEEDED(89, true, "The quota is used up."),
    PRODUCER_FENCED(90, false, "A later producer has the same transactional id."),
    RESOURCE_NOT_FOUND(91, false, "There is no such resource."),
    DUPLICATE_RESOURCE(92, false, "The resource is named twice."),
    UNACCEPTABLE_CREDENTIAL(93, false, "The credential does not meet the requirements."),
    INCONSISTENT_VOTER_SET(94, false, "The voters on the two sides differ."),
    INVALID_UPDATE_VERSION(95, false, "The version of the update is not valid."),
    FEATURE_UPDATE_FAILED(96, false, "The feature cannot be set to that level."),
    PRINCIPAL_DESERIALIZATION_FAILURE(97, false, "The forwarded principal cannot be read."),
    SNAPSHOT_NOT_FOUND(98, false, "There is no such snapshot."),
    POSITION_OUT_OF_RANGE(99, false, "The position is outside of the snapshot."),
    UNKNOWN_TOPIC_ID(100, true, "This server has no topic of that id."),
    DUPLICATE_BROKER_REGISTRATION(101, false, "Another live broker has that node id."),
    BROKER_ID_NOT_REGISTERED(102, false, "No broker of that id is registered."),
    INCONSISTENT_TOPIC_ID(103, true, "The topic's id is not the one of the request."),
    INCONSISTENT_CLUSTER_ID(104, false, "The cluster's id is not the one of the request."),
    TRANSACTIONAL_ID_NOT_FOUND(105, false, "There is no such transactional id."),
    FETCH_SESSION_TOPIC_ID_ERROR(106, true, "The fetch session mixes topic ids and topic names."),
    INELIGIBLE_REPLICA(107, false, "The replica cannot join the in-sync set now."),
    NEW_LEADER_ELECTED(108, false, "The change of partition gave it a new leader."),
    OFFSET_MOVED_TO_TIERED_STORAGE(109, false, "The offset is in tiered storage only."),
    FENCED_MEMBER_EPOCH(110, false, "The member's epoch is not the expected one; rejoin."),
    UNRELEASED_INSTANCE_ID(111, false, "Another member still holds the group instance id."),
    UNSUPPORTED_ASSIGNOR(112, false, "The broker does not know that assignor."),
    STALE_MEMBER_EPOCH(113, false, "The member's epoch is older than the current one."),
    MISMATCHED_ENDPOINT_TYPE(114, false, "The request came to the wrong kind of endpoint."),
    UNSUPPORTED_ENDPOINT_TYPE(115, false, "The broker does not know that kind of endpoint."),
    UNKNOWN_CONTROLLER_ID(116, false, "There is no controller of that id."),
    UNKNOWN_SUBSCRIPTION_ID(117, false, "The telemetry subscription is unknown or old."),
    TELEMETRY_TOO_LARGE(118, false, "The telemetry is larger than the broker takes."),
    INVALID_REGISTRATION(119, false, "The registration of the broker is not valid."),
    TRANSACTION_ABORTABLE(120, false, "The transaction has to be aborted."),
    INVALID_RECORD_STATE(121, false, "The state of the record does not allow that acknowledgement."),
    SHARE_SESSION_NOT_FOUND(122, true, "There is no such share session."),
    INVALID_SHARE_SESSION_EPOCH(123, true, "The epoch of the share session is not the expected one."),
    FENCED_STATE_EPOCH(124, false, "The state epoch is older than the current one."),
    INVALID_VOTER_KEY(125, false, "The key of the voter is not the expected one."),
    DUPLICATE_VOTER(126, false, "The voter is in the set already."),
    VOTER_NOT_FOUND(127, false, "The voter is not in the set."),
    INVALID_REGULAR_EXPRESSION(128, false, "The regular expression is not valid."),
    REBOOTSTRAP_REQUIRED(129, false, "The client has to start again from its bootstrap addresses."),
    STREAMS_INVALID_TOPOLOGY(130, false, "The topology is not valid."),
    STREAMS_INVALID_TOPOLOGY_EPOCH(131, false, "The epoch of the topology is not valid."),
    STREAMS_TOPOLOGY_FENCED(132, false, "The epoch of the topology is older than the group's."),
    SHARE_SESSION_LIMIT_REACHED(133, true, "There are as many share sessions as there may be."),
    GROUP_DELETION_FAILED(134, false, "The group could not be deleted."),
    STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(135, false, "The description of the topology could not be stored."),
    CONTROLLER_ID_NOT_REGISTERED(136, false, "No controller of that id is registered.");

    private static final int LOWEST = -1;
    private static final ErrorCode[] BY_CODE = byCode();

    private final short code;
    private final boolean retriable;
    private final String defaultMessage;

    ErrorCode(final int code, final boolean retriable, final String defaultMessage) {
        this.code = (short) code;
        this.retriable = retriable;
        this.defaultMessage = defaultMessage;
    }

    private static ErrorCode[] byCode() {
        final ErrorCode[] all = values();
        final ErrorCode[] byCode = new ErrorCode[all.length];
        for (final ErrorCode error : all) {
            byCode[error.code - LOWEST] = error;
        }
        return byCode;
    }

    /** The error of a number; one that is not known here counts as {@link #UNKNOWN_SERVER_ERROR}. */
    public static ErrorCode forCode(final short code) {
        final int index = code - LOWEST;
        return index < 0 || index >= BY_CODE.length ? UNKNOWN_SERVER_ERROR : BY_CODE[index];
    }

    /** The number on the wire. */
    public short code() {
        return code;
    }

    /** Whether a client may send the same request again and hope. */
    public boolean retriable() {
        return retriable;
    }

    /** One sentence for people; empty for {@link #NONE}. */
    public String defaultMessage() {
        return defaultMessage;
    }
}
