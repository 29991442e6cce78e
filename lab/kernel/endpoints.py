"""Server and client of one bulk transfer over real kernel TCP, each in a network namespace of its own."""

import contextlib
import select
import socket
import struct
import threading
import time

SERVER_ADDRESS = "10.8.0.1"
CLIENT_ADDRESS = "10.8.0.2"
PORT = 5201
REQUEST = b"250000\n"
STAMP = struct.Struct("d")  # the first bytes that the server sends: the moment at which it begins
BLOCK = bytes(1 << 16)
LONGEST_WAIT_SECONDS = 15  # a handshake or a first byte that loss delays

TCP_INFO_BYTES = 152
TCP_INFO_SND_MSS = 16  # offsets in struct tcp_info, include/uapi/linux/tcp.h
TCP_INFO_TOTAL_RETRANS = 100


class Server:
    def __init__(self):
        self._listener = socket.create_server((SERVER_ADDRESS, PORT), backlog=64)
        self._listener.settimeout(LONGEST_WAIT_SECONDS)

    def serve(self, flows):
        """Sends to each of so many clients until it hangs up; tells what the kernel did."""
        told = [None] * flows
        threads = [threading.Thread(target=self._send, args=(self._listener.accept()[0], told, i)) for i in range(flows)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        names, segment_bytes, retransmitted = zip(*told)
        return {
            "congestionControl": ",".join(sorted(set(names))),
            "segmentBytes": min(segment_bytes),
            "retransmitted": sum(retransmitted),
        }

    def _send(self, connection, told, index):
        with connection:
            connection.settimeout(LONGEST_WAIT_SECONDS)
            connection.recv(len(REQUEST))
            told[index] = self._facts(connection)
            with contextlib.suppress(ConnectionError):
                connection.sendall(STAMP.pack(time.monotonic()))
                while True:
                    connection.sendall(BLOCK)
                    told[index] = self._facts(connection)

    @staticmethod
    def _facts(connection):
        name = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
        at = lambda offset: struct.unpack_from("I", info, offset)[0]
        return name, at(TCP_INFO_SND_MSS), at(TCP_INFO_TOTAL_RETRANS)


def fetch(flows, seconds):
    """Fetches by so many connections at once; counts what has come when the seconds since the first was begun are over."""
    connections, handshakes = zip(*(connect() for _ in range(flows)))
    for connection in connections:
        connection.sendall(REQUEST)
    received, began = receive(connections, seconds)
    for connection in connections:  # at once, with a reset: the next run shall not meet this one's packets
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    return {"receivedBytes": received, "handshakesMs": [1000 * each for each in handshakes], "began": began}


def connect():
    before = time.monotonic()
    connection = socket.create_connection((SERVER_ADDRESS, PORT), LONGEST_WAIT_SECONDS)
    handshake = time.monotonic() - before
    connection.setblocking(False)
    return connection, handshake


def receive(connections, seconds):
    heads = {connection: b"" for connection in connections}
    received = 0
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    began = None
    while (left := end - time.monotonic()) > 0:
        for connection in select.select(connections, [], [], left)[0]:
            block = connection.recv(1 << 18)
            received += len(block)
            if len(heads[connection]) < STAMP.size:
                heads[connection] += block[: STAMP.size]
                if len(heads[connection]) >= STAMP.size:
                    stamp = STAMP.unpack_from(heads[connection])[0]
                    began = stamp if began is None else min(began, stamp)
                    end = began + seconds
    if began is None:
        raise TimeoutError(f"no byte came within {LONGEST_WAIT_SECONDS} s")
    return received, began
