"""Clients that misbehave, one way each, until standard input ends.   python3 clients.py PORT WAY

half-open    10,000 connections that send half of a length prefix and then nothing
never-reads  8 connections that ask on and on and read no answer
byte-a-second  200 connections that send a good request, a byte each second
drip         200 connections that announce 1,000 bytes and send one each second; those that were cut come again
announces    100 times: a frame of 100 MiB is announced, and a tenth of it sent
maximal      requests that are in order and name as much, or the same as often, as one may; fails when one is not answered
"""
import selectors
import socket
import struct
import sys
import time

PORT = int(sys.argv[1])
API_VERSIONS = struct.pack(">hhih", 18, 0, 1, -1)
# Metadata of all topics, version 1.
METADATA = struct.pack(">hhihi", 3, 1, 2, -1, -1)
MIB = 1 << 20


def framed(request):
    return struct.pack(">i", len(request)) + request


def connected():
    return socket.create_connection(("127.0.0.1", PORT), timeout=10)


def is_over(wait):
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        return bool(selector.select(wait))


def half_open():
    sockets = []
    for _ in range(10_000):
        one = connected()
        one.send(b"\0\0")
        sockets.append(one)
    print("%d connections" % len(sockets), flush=True)
    is_over(None)


def never_reads():
    sockets = [connected() for _ in range(8)]
    sent = 0
    flood = framed(METADATA) * 200
    for one in sockets:
        one.setblocking(False)
    print("%d connections" % len(sockets), flush=True)
    while not is_over(0.01):
        for one in list(sockets):
            try:
                sent += one.send(flood)
            except BlockingIOError:
                pass
            except OSError:
                sockets.remove(one)
                sockets.append(connected())
                sockets[-1].setblocking(False)
    print("%d bytes of requests went out" % sent, flush=True)


def byte_a_second():
    request = framed(API_VERSIONS) * 10
    sockets = [connected() for _ in range(200)]
    print("%d connections" % len(sockets), flush=True)
    at = 0
    cut = 0
    while not is_over(1):
        for one in list(sockets):
            try:
                one.send(request[at % len(request):][:1])
            except OSError:
                sockets.remove(one)
                cut += 1
        at += 1
    print("%d of them were cut" % cut, flush=True)


def drip():
    sockets = []
    cut = 0
    first = True
    while first or not is_over(1):
        while len(sockets) < 200:
            one = connected()
            one.send(struct.pack(">i", 1_000))
            sockets.append(one)
        if first:
            print("%d connections" % len(sockets), flush=True)
            first = False
        for one in list(sockets):
            try:
                one.send(b"\0")
            except OSError:
                sockets.remove(one)
                cut += 1
    print("%d of them were cut" % cut, flush=True)


def announces():
    print("100 times", flush=True)
    refused = 0
    for _ in range(100):
        one = connected()
        try:
            one.send(struct.pack(">i", 100 * MIB))
            one.settimeout(0.2)
            for _ in range(10):
                one.sendall(bytes(MIB))
        except OSError:
            refused += 1
        sockets.append(one)
        if is_over(0):
            break
    print("%d could not send a tenth of it" % refused, flush=True)
    is_over(None)


def string(text):
    return struct.pack(">h", len(text)) + text


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


def compact(number):
    low = b""
    while number > 0x7F:
        low += bytes([number & 0x7F | 0x80])
        number >>= 7
    return low + bytes([number])


def asked(key, version, body, flexible=False):
    """The answer's size; the connection is a new one."""
    header = struct.pack(">hhih", key, version, 3, -1) + (b"\0" if flexible else b"")
    with connected() as one:
        one.settimeout(60)
        one.sendall(framed(header + body))
        size = struct.unpack(">i", received(one, 4))[0]
        received(one, size)
        return size


def received(one, size):
    data = bytearray()
    while len(data) < size:
        part = one.recv(min(size - len(data), MIB))
        if not part:
            raise EOFError("no answer")
        data += part
    return bytes(data)


def join(group, protocols):
    patience = struct.pack(">ii", 30_000, 30_000)
    return string(group) + patience + string(b"") + string(b"consumer") + array(protocols)


def subscription(first, count):
    names = b"".join(string(b"%06x" % (first + i)) for i in range(count))
    return struct.pack(">hi", 0, count) + names + struct.pack(">i", -1)


def maximal():
    print("begun", flush=True)
    most = 130_000
    metadata = string(b"m" * 4_096)
    commit = string(b"good") + array([struct.pack(">iq", 0, 5) + metadata])
    asked(8, 2, string(b"g") + struct.pack(">i", -1) + string(b"") + struct.pack(">q", -1) + array([commit]))
    told = {}
    told["DeleteGroups of as many"] = asked(42, 0, array([string(b"%05x" % i) for i in range(most)]))
    one_group = compact(2) + b"g" + b"\0\0"
    told["OffsetFetch of one group"] = asked(9, 8, compact(100_001) + one_group * 100_000 + b"\0\0", True)
    of_partition = string(b"good") + array([struct.pack(">i", 0)] * 100_000)
    told["OffsetFetch of one partition"] = asked(9, 1, string(b"g") + array([of_partition]))
    of_topic = compact(5) + b"good" + compact(2) + struct.pack(">i", 0) + b"\0"
    told["DescribeProducers of one partition"] = asked(61, 0, compact(20_001) + of_topic * 20_000 + b"\0", True)
    told["DescribeLogDirs of one topic"] = asked(35, 1, array([string(b"good") + array([])] * most))
    told["JoinGroup with as many protocols"] = asked(11, 2, join(b"j", [string(b"") + struct.pack(">i", 0)] * most))
    print(", ".join("%s: %d bytes" % pair for pair in told.items()), flush=True)
    # Members whose subscriptions are as long as they may be: their joins wait for each other, so no answer is read.
    for i in range(40):
        said = subscription(i * most, most - 1_000)
        one = connected()
        named = [string(b"range") + struct.pack(">i", len(said)) + said]
        one.sendall(framed(struct.pack(">hhih", 11, 2, 3, -1) + join(b"s", named)))
        sockets.append(one)
    told_after = asked(18, 0, b"")
    print("after 40 long subscriptions: ApiVersions has %d bytes" % told_after, flush=True)
    is_over(None)


sockets = []
{
    "maximal": maximal,
    "half-open": half_open,
    "never-reads": never_reads,
    "byte-a-second": byte_a_second,
    "drip": drip,
    "announces": announces,
}[sys.argv[2]]()
