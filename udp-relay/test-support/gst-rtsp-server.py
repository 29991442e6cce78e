"""gst-rtsp-server with one presentation at /v, for tests of our client.

    /usr/bin/python3 gst-rtsp-server.py LAUNCH [shared] [digest|basic] [rtx]

LAUNCH describes the payloaders pay0, pay1, … in gst-launch's words. `digest` and `basic` ask for the user weir with the
password secret. `rtx` offers retransmissions (AVPF). Prints its port, and ends with its standard input.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

launch, wishes = sys.argv[1], sys.argv[2:]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( {launch} )")
factory.set_shared("shared" in wishes)
if "rtx" in wishes:
    factory.set_profiles(GstRtsp.RTSPProfile.AVP | GstRtsp.RTSPProfile.AVPF)
    factory.set_do_retransmission(True)
    factory.set_retransmission_time(1000 * Gst.MSECOND)
if "digest" in wishes or "basic" in wishes:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if "digest" in wishes:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest("weir", "secret", token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic("weir", "secret"), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory("/v", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
loop.run()
