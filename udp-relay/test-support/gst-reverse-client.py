"""GStreamer as a client that plays forward and then backwards, for tests of our server.

    /usr/bin/python3 gst-reverse-client.py URL udp|tcp SECONDS RATE

Plays URL through rtspsrc for SECONDS of its pictures, seeks to where it is with the negative RATE as a trick mode, and plays
to the end. Prints as JSON the SHA-1 of each picture's H.264, with its time in seconds: `forward` and `backward`.
"""

import hashlib
import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

url, transport, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
Gst.init(None)
pipeline = Gst.parse_launch(
    f"""rtspsrc location={url} protocols={transport} latency=200 name=s
    s. ! application/x-rtp,media=video ! rtph264depay ! h264parse
       ! video/x-h264,stream-format=byte-stream,alignment=au ! fakesink name=sink sync=false signal-handoffs=true
    s. ! application/x-rtp,media=audio ! fakesink sync=false"""
)
seen = {"forward": [], "backward": []}
direction = "forward"
complaints = []


def take_picture(_sink, buffer, _pad):
    _, mapped = buffer.map(Gst.MapFlags.READ)
    sha1 = hashlib.sha1(mapped.data).hexdigest()
    buffer.unmap(mapped)
    at = buffer.pts / Gst.SECOND if buffer.pts != Gst.CLOCK_TIME_NONE else None
    seen[direction].append([sha1, at])
    if direction == "forward" and at is not None and at >= seconds:
        GLib.idle_add(go_back)


def go_back():
    global direction
    if direction == "backward":
        return False
    direction = "backward"
    flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.TRICKMODE | Gst.SeekFlags.TRICKMODE_KEY_UNITS
    stop = int(seconds * Gst.SECOND)
    if not pipeline.seek(rate, Gst.Format.TIME, flags, Gst.SeekType.SET, 0, Gst.SeekType.SET, stop):
        complaints.append("the seek was refused")
        loop.quit()
    return False


def take_message(_bus, message):
    if message.type == Gst.MessageType.ERROR:
        complaints.append(str(message.parse_error()))
        loop.quit()
    elif message.type == Gst.MessageType.EOS:
        loop.quit()


pipeline.get_by_name("sink").connect("handoff", take_picture)
loop = GLib.MainLoop()
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message", take_message)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(30, lambda: (complaints.append("no end within 30 s"), loop.quit()))
loop.run()
print(json.dumps({**seen, "complaints": complaints}), flush=True)
pipeline.set_state(Gst.State.NULL)
