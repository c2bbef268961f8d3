/**
 * The cluster's metadata: the immutable {@link io.highwater.broker.metadata.MetadataImage}, how records make the next
 * one, and the controller's decisions, one class each, which read an image and return records and a response.
 *
 * <p>Pure: no clock, thread, socket, file or chance; time and ids are arguments, and nothing depends on hash order.
 * Images are shared by all threads; decisions run wherever their caller does. Main types:
 * {@link io.highwater.broker.metadata.MetadataImage}, {@link io.highwater.broker.metadata.MetadataDelta},
 * {@link io.highwater.broker.metadata.MetadataView}, {@link io.highwater.broker.metadata.TopicConfigs}.
 */
package io.highwater.broker.metadata;
