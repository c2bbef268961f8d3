"""Clients that misbehave, one way each, until standard input ends.   python3 clients.py PORT WAY

half-open    10,000 connections that send half of a length prefix and then nothing
never-reads  8 connections that ask on and on and read no answer
byte-a-second  200 connections that send a good request, a byte each second
drip         200 connections that announce 1,000 bytes and send one each second; those that were cut come again
announces    100 times: a frame of 100 MiB is announced, and a tenth of it sent
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


sockets = []
{
    "half-open": half_open,
    "never-reads": never_reads,
    "byte-a-second": byte_a_second,
    "drip": drip,
    "announces": announces,
}[sys.argv[2]]()
