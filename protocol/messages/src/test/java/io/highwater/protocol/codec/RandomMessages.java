package io.highwater.protocol.codec;

import io.highwater.port.RandomSource;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Fills our message classes at random, by reflection along a schema, and notes which fields it has filled with what. */
final class RandomMessages {
    /** How a message is filled. */
    enum Mode {
        /** Each field has its default. */
        DEFAULTS,
        /** Each field of the version: null, default or random. */
        RANDOM,
        /** Each field of the version differs from its default, and none is null. */
        FULL,
        /** Each field of any version differs from its default: what the version cannot carry has to be dropped. */
        FULL_OF_ALL_VERSIONS,
        /** Each field that can be null in Java is, legal or not. */
        ALL_NULL
    }

    private static final String[] LETTERS = {"a", "Z", "0", "-", "é", "ß", "中", "😀", " ", "\u0000"};

    /** "path" of fields that were other than their default, and "path=null" of fields that were null. */
    final Set<String> seen = new HashSet<>();

    private final RandomSource random;
    private final List<ByteBuffer> batches;

    RandomMessages(final RandomSource random, final List<ByteBuffer> batches) {
        this.random = random;
        this.batches = batches;
    }

    /** What {@link #seen} must hold in the end for the message's version. */
    static Set<String> expected(final VectorSchema schema, final int version) {
        final Set<String> expected = new HashSet<>();
        expect(schema.fields, version, "", expected);
        return expected;
    }

    private static void expect(
            final List<VectorSchema.Field> fields, final int version, final String path, final Set<String> expected) {
        for (final VectorSchema.Field field : fields) {
            if (field.versions().has(version)) {
                final String name = path + "/" + field.name();
                expected.add(name);
                if (field.nullable().has(version)) {
                    expected.add(name + "=null");
                }
                expect(field.fields(), version, name, expected);
            }
        }
    }

    Message next(final VectorSchema schema, final int version, final Mode mode) throws ReflectiveOperationException {
        seenOnlyInVersion = mode == Mode.RANDOM || mode == Mode.FULL;
        return (Message)
                struct(Class.forName("io.highwater.protocol.message." + schema.name), schema.fields, version, mode, "");
    }

    private boolean seenOnlyInVersion;

    private Object struct(
            final Class<?> type,
            final List<VectorSchema.Field> fields,
            final int version,
            final Mode mode,
            final String path)
            throws ReflectiveOperationException {
        final Object struct = type.getConstructor().newInstance();
        for (final VectorSchema.Field field : fields) {
            final boolean carried = field.versions().has(version) && mode != Mode.DEFAULTS;
            if (carried || mode == Mode.FULL_OF_ALL_VERSIONS || mode == Mode.ALL_NULL) {
                fill(struct, field, version, mode, path + "/" + field.name());
            }
        }
        return struct;
    }

    private void fill(
            final Object struct, final VectorSchema.Field field, final int version, final Mode mode, final String path)
            throws ReflectiveOperationException {
        final java.lang.reflect.Field target = struct.getClass().getField(field.ours());
        final Object before = target.get(struct);
        Object value = before;
        if (mode == Mode.ALL_NULL) {
            value = target.getType().isPrimitive() || target.getType() == UUID.class ? before : null;
        } else if (mode == Mode.RANDOM && field.nullable().has(version) && random.nextInt(5) == 0) {
            value = null;
        } else if (mode != Mode.RANDOM || random.nextInt(6) != 0) {
            for (int attempt = 0; attempt < 100 && (value == null || value.equals(before)); attempt++) {
                value = value(struct.getClass(), field, version, mode, path);
                if (mode == Mode.RANDOM && value != null) {
                    break;
                }
            }
        }
        target.set(struct, value);
        if (seenOnlyInVersion) {
            if (value == null) {
                seen.add(path + "=null");
            }
            if (value == null ? before != null : !value.equals(before)) {
                seen.add(path);
            }
        }
    }

    private Object value(
            final Class<?> owner, final VectorSchema.Field field, final int version, final Mode mode, final String path)
            throws ReflectiveOperationException {
        if (!field.array()) {
            return element(owner, field, version, mode, path);
        }
        final int size = mode == Mode.RANDOM ? random.nextInt(3) : 1 + random.nextInt(2);
        final List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(element(owner, field, version, mode, path));
        }
        if (mode == Mode.RANDOM && !field.isStruct() && random.nextInt(20) == 0) {
            while (list.size() < 130) {
                list.add(element(owner, field, version, mode, path));
            }
        }
        return list;
    }

    private Object element(
            final Class<?> owner, final VectorSchema.Field field, final int version, final Mode mode, final String path)
            throws ReflectiveOperationException {
        if (field.isStruct()) {
            final Class<?> outer = owner.getEnclosingClass() == null ? owner : owner.getEnclosingClass();
            return struct(Class.forName(outer.getName() + "$" + field.type()), field.fields(), version, mode, path);
        }
        return switch (field.type()) {
            case "bool" -> random.nextInt(2) == 0;
            case "int8" -> (byte) number(Byte.MIN_VALUE, Byte.MAX_VALUE);
            case "int16" -> (short) number(Short.MIN_VALUE, Short.MAX_VALUE);
            case "uint16" -> (int) number(0, 65_535);
            case "int32" -> (int) number(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "int64" -> number(Long.MIN_VALUE, Long.MAX_VALUE);
            case "float64" -> random.nextDouble() * number(Short.MIN_VALUE, Short.MAX_VALUE);
            case "uuid" -> random.nextInt(5) == 0 ? Uuids.ZERO : new UUID(random.nextLong(), random.nextLong());
            case "string" -> text();
            case "bytes" -> bytes();
            case "records" -> records();
            default -> throw new IllegalStateException(field.type());
        };
    }

    private long number(final long lowest, final long highest) {
        return switch (random.nextInt(6)) {
            case 0 -> lowest;
            case 1 -> highest;
            case 2 -> 0;
            case 3 -> Math.max(lowest, -1);
            default -> {
                final long any = random.nextLong() >>> random.nextInt(64);
                yield lowest == Long.MIN_VALUE ? any : lowest + Math.floorMod(any, highest - lowest + 1);
            }
        };
    }

    private String text() {
        final int length = random.nextInt(20) == 0 ? 100 + random.nextInt(200) : random.nextInt(12);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return text.toString();
    }

    private ByteBuffer bytes() {
        final byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 300 : 20)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextLong();
        }
        return ByteBuffer.wrap(bytes);
    }

    private ByteBuffer records() {
        final ByteBuffer one = batches.get(random.nextInt(batches.size()));
        final ByteBuffer two = batches.get(random.nextInt(batches.size()));
        final ByteBuffer both = random.nextInt(2) == 0
                ? ByteBuffer.allocate(one.remaining() + two.remaining())
                : ByteBuffer.allocateDirect(one.remaining() + two.remaining());
        return both.put(one.duplicate()).put(two.duplicate()).flip();
    }
}
