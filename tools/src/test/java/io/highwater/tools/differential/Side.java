package io.highwater.tools.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.codec.RequestHeaderCodec;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.RequestHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * One of the two brokers: sends requests as bytes, reads answers with the classes of kafka-clients, which know nothing of
 * ours. A connection that the broker closes is opened anew.
 */
final class Side implements AutoCloseable {
    private static final int TIMEOUT_MS = 12_000;
    private static final int COORDINATOR_PATIENCE_S = 20;
    private static final String CLIENT = "differential";

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, String> kept = new HashMap<>();
    private final InetSocketAddress address;
    private Socket socket;
    private int correlationId;

    Side(final String hostPort) {
        final int colon = hostPort.lastIndexOf(':');
        this.address =
                new InetSocketAddress(hostPort.substring(0, colon), Integer.parseInt(hostPort.substring(colon + 1)));
    }

    /** The answer, or a text that says that there was none. */
    JsonNode ask(final Step step) throws IOException, ReflectiveOperationException, InterruptedException {
        final Message request = JsonMessages.request(step.api(), json.readTree(filledIn(step.body())));
        JsonNode answer = send(request, step);
        for (int i = 0; i < COORDINATOR_PATIENCE_S * 10 && isWithoutCoordinator(answer); i++) {
            Thread.sleep(100);
            answer = send(request, step);
        }
        final JsonNode last = answer;
        step.keep().forEach((name, pointer) -> kept.put(name, last.at(pointer).asText()));
        return answer;
    }

    /** Kafka makes the topic of its coordinators when the first one is looked for, and loads it. */
    private static boolean isWithoutCoordinator(final JsonNode answer) {
        return answer.findValues("errorCode").stream()
                .mapToInt(JsonNode::asInt)
                .anyMatch(code -> code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code()
                        || code == ErrorCode.COORDINATOR_NOT_AVAILABLE.code());
    }

    private String filledIn(final String body) {
        String text = body;
        for (final Map.Entry<String, String> value : kept.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        return text;
    }

    private JsonNode send(final Message request, final Step step) throws IOException, ReflectiveOperationException {
        if (socket == null) {
            socket = new Socket();
            socket.connect(address, TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
        }
        final byte[] frame = frame(request, step.version());
        try {
            socket.getOutputStream().write(frame);
            final DataInputStream in = new DataInputStream(socket.getInputStream());
            final byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return decoded(ByteBuffer.wrap(answer), request.apiKey(), step);
        } catch (final EOFException | SocketException e) {
            close();
            return TextNode.valueOf("the connection was closed");
        } catch (final SocketTimeoutException e) {
            close();
            return TextNode.valueOf("no answer within " + TIMEOUT_MS + " ms");
        }
    }

    @SuppressWarnings("unchecked") // The key says which codec reads which message.
    private byte[] frame(final Message request, final short version) {
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.request(request.apiKey());
        final ByteBuf buffer = Unpooled.buffer();
        buffer.writeInt(0);
        final RequestHeader header = new RequestHeader();
        header.requestApiKey = request.apiKey();
        header.requestApiVersion = version;
        header.correlationId = ++correlationId;
        header.clientId = CLIENT;
        final MessageWriter writer = new MessageWriter(buffer);
        RequestHeaderCodec.INSTANCE.write(header, writer, HeaderVersions.request(request.apiKey(), version));
        codec.write(request, writer, version);
        buffer.setInt(0, buffer.readableBytes() - Integer.BYTES);
        final byte[] frame = new byte[buffer.readableBytes()];
        buffer.readBytes(frame);
        return frame;
    }

    private JsonNode decoded(final ByteBuffer answer, final short apiKey, final Step step)
            throws ReflectiveOperationException {
        final int correlation = answer.getInt();
        if (correlation != correlationId) {
            return TextNode.valueOf("the answer to another request");
        }
        if (HeaderVersions.response(apiKey, step.version()) > 0 && answer.get() != 0) {
            return TextNode.valueOf("tags in the header");
        }
        final String name = "org.apache.kafka.common.message." + step.api() + "ResponseData";
        final ApiMessage message = Class.forName(name)
                .asSubclass(ApiMessage.class)
                .getConstructor()
                .newInstance();
        message.read(new ByteBufferAccessor(answer), step.version());
        if (answer.hasRemaining()) {
            return TextNode.valueOf(answer.remaining() + " bytes too many");
        }
        return (JsonNode) Class.forName(name + "JsonConverter")
                .getMethod("write", Class.forName(name), short.class)
                .invoke(null, message, step.version());
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
