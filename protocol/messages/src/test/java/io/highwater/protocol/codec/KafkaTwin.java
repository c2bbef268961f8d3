package io.highwater.protocol.codec;

import io.highwater.port.RandomSource;
import io.highwater.protocol.message.Message;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** The same message in the classes of kafka-clients, field by field through its setters, never by way of bytes. */
final class KafkaTwin {
    private static final String PACKAGE = "org.apache.kafka.common.message.";

    private final Map<Class<?>, Map<String, Method>> setters = new HashMap<>();
    private final RandomSource random;
    /** Tags that no schema has, put into a twin. */
    private boolean withUnknownTags;

    KafkaTwin(final RandomSource random) {
        this.random = random;
    }

    static org.apache.kafka.common.protocol.Message empty(final VectorSchema schema)
            throws ReflectiveOperationException {
        final boolean suffix = !schema.kind.equals("data");
        final Class<?> type = Class.forName(PACKAGE + schema.name + (suffix ? "Data" : ""));
        return instance(type);
    }

    private static org.apache.kafka.common.protocol.Message instance(final Class<?> type)
            throws ReflectiveOperationException {
        return type.asSubclass(org.apache.kafka.common.protocol.Message.class)
                .getConstructor()
                .newInstance();
    }

    org.apache.kafka.common.protocol.Message of(
            final VectorSchema schema, final Message ours, final int version, final boolean unknownTags)
            throws ReflectiveOperationException {
        withUnknownTags = unknownTags && schema.flexible.has(version);
        final org.apache.kafka.common.protocol.Message twin = empty(schema);
        copy(schema.fields, ours, twin, version);
        return twin;
    }

    static byte[] write(final org.apache.kafka.common.protocol.Message message, final short version) {
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final int size = message.size(cache, version);
        final ByteBuffer buffer = ByteBuffer.allocate(size);
        message.write(new ByteBufferAccessor(buffer), cache, version);
        if (buffer.hasRemaining()) {
            throw new AssertionError("kafka-clients counted " + size + " and wrote " + buffer.position());
        }
        return buffer.array();
    }

    private void copy(
            final List<VectorSchema.Field> fields,
            final Object ours,
            final org.apache.kafka.common.protocol.Message twin,
            final int version)
            throws ReflectiveOperationException {
        for (final VectorSchema.Field field : fields) {
            if (field.versions().has(version)) {
                final Object value = ours.getClass().getField(field.ours()).get(ours);
                final Method setter = setter(twin.getClass(), "set" + capital(field.name()));
                setter.invoke(twin, convert(field, value, setter.getParameterTypes()[0], twin.getClass(), version));
            }
        }
        if (withUnknownTags && random.nextInt(2) == 0) {
            int tag = 60;
            for (int i = random.nextInt(3); i >= 0; i--) {
                tag += 1 + random.nextInt(200);
                twin.unknownTaggedFields().add(new RawTaggedField(tag, new byte[random.nextInt(200)]));
            }
        }
    }

    private static String capital(final String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private Method setter(final Class<?> type, final String name) {
        return setters.computeIfAbsent(type, key -> {
                    final Map<String, Method> methods = new HashMap<>();
                    for (final Method method : key.getMethods()) {
                        methods.put(method.getName(), method);
                    }
                    return methods;
                })
                .get(name);
    }

    private Object convert(
            final VectorSchema.Field field,
            final Object value,
            final Class<?> wanted,
            final Class<?> owner,
            final int version)
            throws ReflectiveOperationException {
        if (value == null || !field.array()) {
            return element(field, value, wanted, owner, version);
        }
        @SuppressWarnings("unchecked")
        final Collection<Object> list = wanted == List.class
                ? new ArrayList<>()
                : (Collection<Object>) wanted.getConstructor().newInstance();
        for (final Object element : (List<?>) value) {
            list.add(element(field, element, Object.class, owner, version));
        }
        return list;
    }

    private Object element(
            final VectorSchema.Field field,
            final Object value,
            final Class<?> wanted,
            final Class<?> owner,
            final int version)
            throws ReflectiveOperationException {
        if (value == null) {
            return null;
        }
        if (field.isStruct()) {
            final Class<?> outer = owner.getEnclosingClass() == null ? owner : owner.getEnclosingClass();
            final Class<?> type = Class.forName(outer.getName() + "$" + field.type());
            final var twin = (org.apache.kafka.common.protocol.Message)
                    type.getConstructor().newInstance();
            copy(field.fields(), value, twin, version);
            return twin;
        }
        if (value instanceof UUID id) {
            return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        }
        if (value instanceof ByteBuffer bytes) {
            if (field.type().equals("records")) {
                return MemoryRecords.readableRecords(bytes.duplicate());
            }
            final byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return wanted == ByteBuffer.class ? ByteBuffer.wrap(copy) : copy;
        }
        return value;
    }
}
