"""GStreamer as a client that plays forward and then backwards, for tests of our server.

    /usr/bin/python3 gst-reverse-client.py URL udp|tcp SECONDS RATE

Plays URL through rtspsrc for SECONDS of its pictures, seeks to where it is with the negative RATE as a trick mode, and plays
to the end, each picture at its time. Prints as JSON, of each picture after the seek, the SHA-1 of its slices and when it was
shown, in seconds of the clock: `backward`.
"""

import hashlib
import json
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

url, transport, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
Gst.init(None)
pipeline = Gst.parse_launch(
    f"""rtspsrc location={url} protocols={transport} latency=200 name=s
    s. ! application/x-rtp,media=video ! rtph264depay ! h264parse
       ! video/x-h264,stream-format=byte-stream,alignment=au ! fakesink name=sink sync=true signal-handoffs=true
    s. ! application/x-rtp,media=audio ! fakesink sync=false async=false"""
)
backward = []
is_backward = False
has_turned = False
complaints = []


def sha1_of_slices(stream):
    """h264parse puts the description's parameter sets before some pictures; a start code may begin with a zero more."""
    nals = [nal.rstrip(b"\0") for nal in stream.split(b"\0\0\1")[1:]]
    return hashlib.sha1(b"".join(nal for nal in nals if nal[0] & 0x1F in (1, 5))).hexdigest()


def take_picture(_sink, buffer, _pad):
    if is_backward:
        _, mapped = buffer.map(Gst.MapFlags.READ)
        backward.append([sha1_of_slices(bytes(mapped.data)), time.monotonic()])
        buffer.unmap(mapped)
    elif buffer.pts >= seconds * Gst.SECOND:
        GLib.idle_add(go_back)


def take_flush(_pad, info):
    """Until then pictures of before the seek may still come."""
    global is_backward
    if has_turned and info.get_event().type == Gst.EventType.FLUSH_STOP:
        is_backward = True
    return Gst.PadProbeReturn.OK


def go_back():
    global has_turned
    if has_turned:
        return False
    has_turned = True
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


sink = pipeline.get_by_name("sink")
sink.connect("handoff", take_picture)
sink.get_static_pad("sink").add_probe(Gst.PadProbeType.EVENT_FLUSH, take_flush)
loop = GLib.MainLoop()
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message", take_message)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(30, lambda: (complaints.append("no end within 30 s"), loop.quit()))
loop.run()
print(json.dumps({"backward": backward, "complaints": complaints}), flush=True)
pipeline.set_state(Gst.State.NULL)
