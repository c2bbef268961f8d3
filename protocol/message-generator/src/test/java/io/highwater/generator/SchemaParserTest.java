package io.highwater.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchemaParserTest {
    private static final String WITH_FIELDS = """
            { "type": "data", "name": "Some", "validVersions": "0-2", "flexibleVersions": "1+", "fields": [ %s ] }
            """;

    private static MessageSchema withFields(final String fields) {
        return SchemaParser.parse("Some.json", WITH_FIELDS.formatted(fields)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"3, 3, 3", "2-7, 2, 7", "4+, 4, 32767", "none, 0, -1"})
    void readsVersionRanges(final String text, final int lowest, final int highest) {
        assertEquals(new Versions(lowest, highest), Versions.parse(text));
    }

    @Test
    void leavesOutMessagesWithoutAValidVersion() {
        final String text = "// gone\n{ \"type\": \"request\", \"apiKey\": 4, \"validVersions\": \"none\" }";
        assertTrue(SchemaParser.parse("Gone.json", text).isEmpty());
    }

    @Test
    void takesWholeLineCommentsOnly() {
        final String text = WITH_FIELDS.formatted("\n  // a comment\n"
                + "{ \"name\": \"Url\", \"type\": \"string\", \"versions\": \"0+\", \"default\": \"http://x\" }");
        final MessageSchema message = SchemaParser.parse("Some.json", text).orElseThrow();
        assertEquals("http://x", message.top().fields().get(0).defaultValue());
    }

    @Test
    void countsTheFewestBytesOfAnElement() {
        final MessageSchema message = withFields("""
                { "name": "List", "type": "[]Entry", "versions": "0+", "fields": [
                  { "name": "Name", "type": "string", "versions": "0+" },
                  { "name": "Late", "type": "int64", "versions": "2+" },
                  { "name": "Tagged", "type": "int64", "versions": "1+", "taggedVersions": "1+", "tag": 0 } ] }
                """);
        final FieldType list = message.top().fields().get(0).type();
        assertEquals(2, message.minimumElementBytes(list, new Versions(0, 0)), "the length of the name");
        assertEquals(2, message.minimumElementBytes(list, new Versions(1, 1)), "that in one byte, and no tags");
        assertEquals(10, message.minimumElementBytes(list, new Versions(2, 2)), "with the late field");
        assertEquals(2, message.minimumElementBytes(list, new Versions(0, 2)));
    }

    @Test
    void escapesNamesThatAreWordsOfJava() {
        final MessageSchema message = withFields("{ \"name\": \"Default\", \"type\": \"bool\", \"versions\": \"0+\" }");
        assertEquals("default_", message.top().fields().get(0).javaName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ 'name': 'A', 'type': 'int33', 'versions': '0+' }",
                "{ 'name': 'A', 'type': '[][]int8', 'versions': '0+' }",
                "{ 'name': 'A', 'type': 'Nowhere', 'versions': '0+' }",
                "{ 'name': 'A', 'type': 'int8' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': 'some' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+', 'colour': 'red' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+', 'default': '300' }",
                "{ 'name': 'A', 'type': 'uint16', 'versions': '0+', 'default': '-1' }",
                "{ 'name': 'A', 'type': 'bool', 'versions': '0+', 'default': 'yes' }",
                "{ 'name': 'A', 'type': '[]int8', 'versions': '0+', 'default': '1' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+', 'nullableVersions': '0+' }",
                "{ 'name': 'A', 'type': 'string', 'versions': '0+', 'default': 'null' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '1+', 'tag': 0 }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '1+', 'taggedVersions': '1+' }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+', 'taggedVersions': '0+', 'tag': 0 }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '1+', 'taggedVersions': '1-2', 'tag': 0 }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+', 'fields': [] }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '0+' }, { 'name': 'a', 'type': 'int8', 'versions': '0+' }",
                "{ 'name': 'A', 'type': 'Some', 'versions': '0+', 'fields': [] }",
                "{ 'name': 'A', 'type': 'Self', 'versions': '0+', 'fields': ["
                        + "{ 'name': 'B', 'type': '[]Self', 'versions': '0+' } ] }",
                "{ 'name': 'A', 'type': 'int8', 'versions': '1+', 'taggedVersions': '1+', 'tag': 0 },"
                        + "{ 'name': 'B', 'type': 'int8', 'versions': '1+', 'taggedVersions': '1+', 'tag': 0 }"
            })
    void refusesByNameWhatItCannotExpress(final String fields) {
        final SchemaException refusal =
                assertThrows(SchemaException.class, () -> withFields(fields.replace('\'', '"')));
        assertTrue(refusal.getMessage().startsWith("Some.json: "), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ 'type': 'poem', 'name': 'A', 'validVersions': '0', 'flexibleVersions': 'none' }",
                "{ 'type': 'data', 'name': 'A', 'validVersions': '0+', 'flexibleVersions': 'none' }",
                "{ 'type': 'data', 'name': 'A', 'validVersions': '0', 'flexibleVersions': '0-1' }",
                "{ 'type': 'request', 'apiKey': 10000, 'name': 'A', 'validVersions': '0', 'flexibleVersions': 'none' }",
                "{ 'type': 'data', 'name': 'A', 'validVersions': '0' }",
                "{ 'type': 'data' ",
                "{ } { }"
            })
    void refusesMessagesThatAreNotWellFormed(final String text) {
        assertThrows(SchemaException.class, () -> SchemaParser.parse("A.json", text.replace('\'', '"')));
    }

    @Test
    void asksAboutVersionsOnlyWhatTheRangeLeavesOpen() {
        final Versions range = new Versions(2, 9);
        assertEquals(
                "true", new VersionTest(Versions.parse("0+"), range).toCode().toString());
        assertEquals(
                "false", new VersionTest(Versions.parse("0-1"), range).toCode().toString());
        assertEquals(
                "version >= 5",
                new VersionTest(Versions.parse("5+"), range).toCode().toString());
        assertEquals(
                "version <= 5",
                new VersionTest(Versions.parse("0-5"), range).toCode().toString());
        assertEquals(
                "version >= 4 && version <= 5",
                new VersionTest(Versions.parse("4-5"), range).toCode().toString());
        assertFalse(new VersionTest(Versions.parse("5+"), range).isAlways());
    }

    @Test
    void namesApiKeysInTheUsualWay() {
        assertEquals("LIST_OFFSETS", ApiKeyClass.constantName("ListOffsetsRequest"));
        assertEquals("OFFSET_FOR_LEADER_EPOCH", ApiKeyClass.constantName("OffsetForLeaderEpochRequest"));
        assertThrows(SchemaException.class, () -> ApiKeyClass.constantName("Produce"));
    }
}
