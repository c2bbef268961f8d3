package io.highwater.tools.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.Message;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes a request of JSON, by the names of its fields; what is not named keeps its default. */
final class JsonMessages {
    private JsonMessages() {}

    static Message request(final String api, final JsonNode json) throws ReflectiveOperationException {
        final Class<?> type = Class.forName("io.highwater.protocol.message." + api + "Request");
        return (Message) object(type, json);
    }

    private static Object object(final Class<?> type, final JsonNode json) throws ReflectiveOperationException {
        final Object object = type.getConstructor().newInstance();
        for (final Map.Entry<String, JsonNode> field : json.properties()) {
            final Field target = type.getField(field.getKey());
            target.set(object, value(target.getGenericType(), field.getValue()));
        }
        return object;
    }

    private static Object value(final Type type, final JsonNode json) throws ReflectiveOperationException {
        if (json instanceof NullNode) {
            return null;
        }
        if (type instanceof ParameterizedType list) {
            final List<Object> values = new ArrayList<>();
            for (final JsonNode element : json) {
                values.add(value(list.getActualTypeArguments()[0], element));
            }
            return values;
        }
        if (type == String.class) {
            return json.asText();
        } else if (type == boolean.class || type == Boolean.class) {
            return json.booleanValue();
        } else if (type == byte.class || type == Byte.class) {
            return (byte) json.asInt();
        } else if (type == short.class || type == Short.class) {
            return (short) json.asInt();
        } else if (type == int.class || type == Integer.class) {
            return json.asInt();
        } else if (type == long.class || type == Long.class) {
            return json.asLong();
        } else if (type == double.class || type == Double.class) {
            return json.asDouble();
        } else if (type == UUID.class) {
            return Uuids.parse(json.asText());
        } else if (type == ByteBuffer.class) {
            return json.isObject()
                    ? JsonBatch.of(json)
                    : ByteBuffer.wrap(json.asText().getBytes(StandardCharsets.UTF_8));
        }
        return object((Class<?>) type, json);
    }
}
