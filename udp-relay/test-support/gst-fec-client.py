"""GStreamer as a client that recovers by parity, for tests of our server.

    /usr/bin/python3 gst-fec-client.py URL PICTURE

Plays URL through rtspsrc over UDP with a rtpulpfecdec for each track that its description tells an ulpfec payload of, and
writes the picture to the file PICTURE as H.264. At the end it prints as JSON what the decoders counted, a number each.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp

url, picture = sys.argv[1:]
Gst.init(None)
pipeline = Gst.parse_launch(
    f"""rtspsrc location={url} protocols=udp latency=400 name=s
    s. ! application/x-rtp,encoding-name=H264 ! rtph264depay ! h264parse
       ! video/x-h264,stream-format=byte-stream,alignment=au ! filesink location={picture}
    s. ! application/x-rtp,encoding-name=MPEG4-GENERIC ! fakesink"""
)
source = pipeline.get_by_name("s")
parity_types = {}  # by the session's index: the place of its track in the description
decoders = []


def take_description(_source, description):
    for index in range(description.medias_len()):
        media = description.get_media(index)
        for place in range(media.attributes_len()):
            attribute = media.get_attribute(place)
            if attribute.key == "rtpmap" and "ulpfec" in attribute.value:
                parity_types[index] = int(attribute.value.split(" ")[0])


def new_decoder(manager, session):
    if session not in parity_types:
        return None
    decoder = Gst.ElementFactory.make("rtpulpfecdec")
    decoder.set_property("pt", parity_types[session])
    decoder.set_property("storage", manager.emit("get-internal-storage", session))
    decoders.append(decoder)
    return decoder


def take_manager(_source, manager):
    manager.connect("new-storage", lambda _manager, storage, _session: storage.set_property("size-time", 2_000_000_000))
    manager.connect("new-jitterbuffer", lambda _m, buffer, _session, _ssrc: buffer.set_property("do-lost", True))
    manager.connect("request-fec-decoder", new_decoder)


def ignore_parity(_bin, element):
    """A demultiplexer of payload types would show the parity as one more stream."""
    if element.get_factory() is not None and element.get_factory().get_name() == "rtpptdemux":
        types = ", ".join(f"(int){number}" for number in parity_types.values())
        Gst.util_set_object_arg(element, "ignored-payload-types", f"< {types} >")


def finish(code):
    counted = {name: [decoder.get_property(name) for decoder in decoders] for name in ("recovered", "unrecovered")}
    print(json.dumps(counted), flush=True)
    pipeline.set_state(Gst.State.NULL)
    sys.exit(code)


def take_message(_bus, message):
    if message.type == Gst.MessageType.ERROR:
        print(message.parse_error(), file=sys.stderr)
        loop.quit()
    elif message.type == Gst.MessageType.EOS:
        ended.append(True)
        loop.quit()


ended = []
source.connect("on-sdp", take_description)
source.connect("new-manager", take_manager)
pipeline.connect("deep-element-added", lambda _pipeline, bin, element: ignore_parity(bin, element))
loop = GLib.MainLoop()
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message", take_message)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
finish(0 if ended else 1)
