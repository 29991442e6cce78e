"""GStreamer's rtspsrc as a viewer that is told what to do, for tests of our relay.

    /usr/bin/python3 gst-rtsp-client.py URL udp|tcp|udp-mcast

Plays the picture and the sound of URL. Lines on its standard input: `pause` (which sends PAUSE), `play` (PLAY again),
`seek SECONDS`. Lines on its standard output: `began` with the first picture, `playing`, `paused`, `seeked`, and at the
end `frames N lost M`, how many pictures have come since the beginning or the newest seek, and how many packets never
reached its jitter buffers; or `failed WHY`. What it reads from a socket in the moment of a pause, it throws away.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

url, protocols = sys.argv[1:3]
Gst.init(None)
pipeline = Gst.parse_launch(
    f"rtspsrc location={url} protocols={protocols} multicast-iface=lo name=s "
    "s. ! application/x-rtp,media=video ! rtph264depay ! h264parse "
    "! video/x-h264,stream-format=byte-stream,alignment=au ! fakesink name=v sync=false async=false "
    "s. ! application/x-rtp,media=audio ! rtpmp4gdepay ! fakesink sync=false async=false"
)
loop = GLib.MainLoop()
frames = 0
has_begun = False
jitter_buffers = []


def say(*words):
    print(*words, flush=True)


def see(_pad, info):
    global frames, has_begun
    if info.type & Gst.PadProbeType.BUFFER:
        frames += 1
        if not has_begun:
            has_begun = True
            say("began")
    elif info.get_event().type == Gst.EventType.FLUSH_STOP:
        frames = 0
    return Gst.PadProbeReturn.OK


def hear(_bus, message):
    if message.type == Gst.MessageType.EOS:
        lost = sum(each.get_property("stats").get_value("num-lost") for each in jitter_buffers)
        say("frames", frames, "lost", lost)
        loop.quit()
    elif message.type in (Gst.MessageType.ERROR, Gst.MessageType.WARNING):
        say("failed", message.parse_error() if message.type == Gst.MessageType.ERROR else message.parse_warning())
        loop.quit()
    elif message.type == Gst.MessageType.STATE_CHANGED and message.src is pipeline:
        _old, new, _pending = message.parse_state_changed()
        if new in (Gst.State.PLAYING, Gst.State.PAUSED):
            say("playing" if new == Gst.State.PLAYING else "paused")
    return True


def meet(_pipeline, _bin, element):
    if element.get_factory().get_name() == "rtpjitterbuffer":
        jitter_buffers.append(element)


def obey(channel, _condition):
    line = channel.readline()
    if line == "":
        loop.quit()
        return False
    word, *rest = line.split()
    if word == "pause":
        pipeline.set_state(Gst.State.PAUSED)
    elif word == "play":
        pipeline.set_state(Gst.State.PLAYING)
    elif word == "seek":
        flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.KEY_UNIT
        pipeline.seek_simple(Gst.Format.TIME, flags, int(float(rest[0]) * Gst.SECOND))
        say("seeked")
    return True


probe = Gst.PadProbeType.BUFFER | Gst.PadProbeType.EVENT_DOWNSTREAM | Gst.PadProbeType.EVENT_FLUSH
pipeline.get_by_name("v").get_static_pad("sink").add_probe(probe, see)
pipeline.connect("deep-element-added", meet)
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message", hear)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, obey)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
