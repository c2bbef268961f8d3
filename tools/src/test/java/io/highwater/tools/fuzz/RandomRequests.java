package io.highwater.tools.fuzz;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.codec.RequestHeaderCodec;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.RequestHeader;
import io.highwater.records.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Requests of every API with values that handlers may stumble over, and the same with broken bytes. Half of them are whole
 * messages; of the rest some bytes are changed, cut off or added. Confined to one thread.
 */
final class RandomRequests {
    private static final long[] NUMBERS = {
        -2, -1, 0, 1, 2, 3, 127, 128, 32_767, 65_536, Integer.MAX_VALUE, Long.MAX_VALUE
    };
    /** So that a handler that waits does not hold the run up. */
    private static final long[] TIMES_MS = {-1, 0, 1, 20};

    private static final String[] TEXTS = {
        "",
        "a",
        "fuzz",
        "fuzz-2",
        "fuzz.x",
        "bad name!",
        "\u0000",
        "ünï",
        "__consumer_offsets",
        "1",
        "range",
        "consumer",
        "retention.ms",
        "message.max.bytes",
        "x".repeat(300)
    };

    private final Random random;

    RandomRequests(final long seed) {
        random = new Random(seed);
    }

    /** A frame of this API, its length first. */
    byte[] frame(final ApiKey api, final short version, final int correlationId) throws ReflectiveOperationException {
        final byte[] whole = encoded(api, version, correlationId);
        return random.nextBoolean() ? whole : broken(whole);
    }

    @SuppressWarnings("unchecked") // The key says which codec writes which message.
    private byte[] encoded(final ApiKey api, final short version, final int correlationId)
            throws ReflectiveOperationException {
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.request(api.id());
        final ByteBuf buffer = Unpooled.buffer();
        buffer.writeInt(0);
        final RequestHeader header = new RequestHeader();
        header.requestApiKey = api.id();
        header.requestApiVersion = version;
        header.correlationId = correlationId;
        header.clientId = pick(TEXTS);
        final MessageWriter writer = new MessageWriter(buffer);
        RequestHeaderCodec.INSTANCE.write(header, writer, HeaderVersions.request(api.id(), version));
        codec.write((Message) object(requestClass(codec)), writer, version);
        buffer.setInt(0, buffer.readableBytes() - Integer.BYTES);
        final byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    private static Class<?> requestClass(final MessageCodec<?> codec) throws ClassNotFoundException {
        final String name = codec.getClass().getEnclosingClass().getSimpleName();
        return Class.forName(
                Message.class.getPackageName() + "." + name.substring(0, name.length() - "Codec".length()));
    }

    /** Behind the version, so that most still reach the handler; the length is made right for most. */
    private byte[] broken(final byte[] whole) {
        byte[] bytes = whole.clone();
        final int body = Math.min(bytes.length - 1, 12);
        switch (random.nextInt(8)) {
            case 0 -> bytes = Arrays.copyOf(bytes, body + random.nextInt(bytes.length - body));
            case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
            default -> {
                for (int i = 0; i <= random.nextInt(3); i++) {
                    bytes[body + random.nextInt(bytes.length - body)] = (byte) random.nextInt();
                }
            }
        }
        ByteBuffer.wrap(bytes).putInt(0, bytes.length - Integer.BYTES);
        return bytes;
    }

    private Object object(final Class<?> type) throws ReflectiveOperationException {
        final Object object = type.getConstructor().newInstance();
        for (final Field field : type.getFields()) {
            // A field now and then keeps its default.
            if (!Modifier.isStatic(field.getModifiers()) && random.nextInt(8) > 0) {
                field.set(object, value(field.getGenericType(), field.getName()));
            }
        }
        return object;
    }

    private Object value(final Type type, final String name) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType list) {
            final List<Object> values = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                values.add(value(list.getActualTypeArguments()[0], name));
            }
            return values;
        } else if (type == String.class) {
            return pick(TEXTS);
        } else if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        } else if (type == byte.class || type == Byte.class) {
            return (byte) number(name);
        } else if (type == short.class || type == Short.class) {
            return (short) number(name);
        } else if (type == int.class || type == Integer.class) {
            return (int) number(name);
        } else if (type == long.class || type == Long.class) {
            return number(name);
        } else if (type == double.class || type == Double.class) {
            return random.nextDouble();
        } else if (type == UUID.class) {
            return new UUID(0, random.nextInt(3));
        } else if (type == ByteBuffer.class) {
            return bytes();
        }
        return object((Class<?>) type);
    }

    private long number(final String name) {
        final long[] from = name.endsWith("Ms") ? TIMES_MS : NUMBERS;
        return from[random.nextInt(from.length)];
    }

    private ByteBuffer bytes() {
        if (random.nextInt(3) == 0) {
            return ByteBuffer.wrap(pick(TEXTS).getBytes(StandardCharsets.UTF_8));
        }
        final ByteBuffer batch = new RecordBatchBuilder()
                .append(random.nextLong(), null, ByteBuffer.wrap(pick(TEXTS).getBytes(StandardCharsets.UTF_8)))
                .build();
        if (random.nextBoolean()) {
            batch.put(random.nextInt(batch.remaining()), (byte) random.nextInt());
        }
        return batch;
    }

    private String pick(final String[] texts) {
        return texts[random.nextInt(texts.length)];
    }
}
