"""The emulated line between two network devices: drop-tail queue, rate, loss, one-way delay; the uplink only delays.

Packets enter at the moment at which the kernel saw them and are due at moments that follow from it, so that this
process is never a part of the line; how late it was with each is measured.
"""

import contextlib
import select
import socket
import struct
import time
from collections import deque

ETHERNET_HEADER_BYTES = 14
ETHERTYPE_IPV4 = 0x0800
LONGEST_FRAME_BYTES = 2048

# include/uapi/asm-generic/socket.h, linux/if_packet.h: Python does not name them
SO_TIMESTAMPNS = 35
SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_IGNORE_OUTGOING = 23

RECEIVE_BUFFER_BYTES = 8 << 20  # asked for: the kernel gives at most net.core.rmem_max
FRAMES_PER_TURN = 64  # then due packets leave, before more are read


def open_device(name):
    """Frames of IPv4 that come in from the device, and a way out to it."""
    device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE_IPV4))
    device.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    device.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    device.bind((name, 0))
    device.setblocking(False)
    return device


def overlooked_frames(device):
    """Frames that the kernel had no room for since the last call."""
    return struct.unpack("II", device.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]


class Relay:
    """Moments are seconds of the real-time clock, in which the kernel stamps frames."""

    def __init__(self, to_server, to_client, cell):
        self._to_server = to_server
        self._to_client = to_client
        self._seconds_per_byte = 8 / cell["rateBitsPerSecond"]
        self._queue_bytes = cell["rateBitsPerSecond"] / 8 * cell["queueMs"] / 1000
        self._delay = cell["oneWayDelayMs"] / 1000
        self._lost_packets = frozenset(cell["lostPackets"])  # by their places in the order of departure
        self._free = 0.0  # when the serialiser has sent all it holds
        self._queued_bytes = 0
        self._queue = deque()  # (departure, bytes)
        self._down = deque()  # (due, frame); both directions in order of their moments
        self._up = deque()
        self._late = []  # seconds, one for each frame sent
        self.counts = {"tailDropped": 0, "queued": 0, "lost": 0, "overlooked": 0}
        for device in (to_server, to_client):
            self._forget_earlier(device)

    def run_until(self, ends):
        """Carries packets until one of the files can be read."""
        devices = [self._to_server, self._to_client]
        while True:
            self._send_due()
            readable = select.select([*devices, *ends], [], [], self._seconds_to_wait())[0]
            if self._to_server in readable:
                self._read(self._to_server, self._enter_down)
            if self._to_client in readable:
                self._read(self._to_client, self._enter_up)
            if any(end in readable for end in ends):
                break
        self.counts["overlooked"] = sum(overlooked_frames(device) for device in devices)

    def lateness_ms(self):
        """How long after their moments frames were sent: median, 99th percentile, most."""
        late = sorted(self._late) or [0.0]
        at = lambda ratio: 1000 * late[int(ratio * (len(late) - 1))]
        return {"p50": at(0.5), "p99": at(0.99), "most": at(1)}

    def _forget_earlier(self, device):
        """What connections of the run before have sent since."""
        overlooked_frames(device)
        with contextlib.suppress(BlockingIOError):
            while True:
                device.recv(LONGEST_FRAME_BYTES)

    def _read(self, device, enter):
        for _ in range(FRAMES_PER_TURN):
            try:
                frame, ancillary, _, _ = device.recvmsg(LONGEST_FRAME_BYTES, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            enter(frame, seconds + nanoseconds / 1e9)

    def _enter_down(self, frame, now):
        size = len(frame) - ETHERNET_HEADER_BYTES
        while self._queue and self._queue[0][0] <= now:
            self._queued_bytes -= self._queue.popleft()[1]
        if self._queued_bytes + size > self._queue_bytes:
            self.counts["tailDropped"] += 1
            return
        self._free = max(now, self._free) + size * self._seconds_per_byte
        self._queued_bytes += size
        self._queue.append((self._free, size))
        place = self.counts["queued"]
        self.counts["queued"] += 1
        if place in self._lost_packets:  # after the queue: it has used its share of the rate
            self.counts["lost"] += 1
        else:
            self._down.append((self._free + self._delay, frame))

    def _enter_up(self, frame, now):
        self._up.append((now + self._delay, frame))

    def _send_due(self):
        for waiting, device in ((self._down, self._to_client), (self._up, self._to_server)):
            while waiting and waiting[0][0] <= (now := time.time()):
                due, frame = waiting.popleft()
                device.send(frame)
                self._late.append(now - due)

    def _seconds_to_wait(self):
        next_due = min((waiting[0][0] for waiting in (self._down, self._up) if waiting), default=None)
        return None if next_due is None else max(0, next_due - time.time())
