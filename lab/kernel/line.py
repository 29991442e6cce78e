"""Real kernel TCP over an emulated line, without privileges: one process tree that leaves nothing behind.

It reads one run a line (JSON) on stdin and answers each with a line on stdout; the first line says that it is ready, or
what is missing here (exit code 3). It ends with its stdin, and everything in it ends with it:

  this process - process 1 of the process namespace (the relay) - server
                                                                - client
"""

import contextlib
import json
import os
import shutil
import sys
import traceback

import endpoints
import namespaces
import relay

# What else than a missing kernel option keeps an ordinary user from one: zero, a limit reached, or a distribution's own.
USER_NAMESPACE_SWITCHES = (
    "sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns"
)
DEVICE = "line"  # of server and client alike; the relay's own are to-server and to-client
ADDRESSES = {"server": endpoints.SERVER_ADDRESS, "client": endpoints.CLIENT_ADDRESS}
HARDWARE = {"server": "02:00:00:00:00:01", "client": "02:00:00:00:00:02"}
PEERS = {"server": "client", "client": "server"}


def main():
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # where Debian keeps ip
    if shutil.which("ip") is None:
        say_missing("the program ip (iproute2)")
    # Where it may: the relay has to wake on time however busy the machine is. It works for some 5 % of the time.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        namespaces.enter_user_namespace()
    except OSError as error:
        say_missing(f"user namespaces: {error} ({USER_NAMESPACE_SWITCHES})")
    child = fork(run_lab)
    _, status = os.waitpid(child, 0)
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def fork(work):
    """Another process that does the work and nothing else, whatever happens in it."""
    child = os.fork()
    if child != 0:
        return child
    status = 1
    try:
        namespaces.die_with_parent()
        work()
        status = 0
    except (BrokenPipeError, EOFError):
        status = 0  # whoever asked is gone
    except SystemExit as end:
        status = end.code
    except BaseException:  # nothing may go on in the code of the parent
        traceback.print_exc()
    finally:
        os._exit(status)


def say_missing(what):
    tell({"missing": what})
    sys.exit(3)


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def run_lab():
    try:
        server, client, devices = set_up()
    except OSError as error:
        say_missing(f"network namespaces with veth devices: {error}")
    with open("/proc/sys/net/ipv4/tcp_available_congestion_control", encoding="ascii") as file:
        tell({"congestionControls": file.read().split(), "kernel": os.uname().release})
    while line := read_line(sys.stdin.fileno()):
        tell(run(json.loads(line), server, client, devices))


def set_up():
    namespaces.enter_network_namespace()
    server, client = Endpoint("server"), Endpoint("client")
    for endpoint in (server, client):
        endpoint.attach()
    return server, client, [relay.open_device(f"to-{name}") for name in ("server", "client")]


def run(cell, server, client, devices):
    """One transfer through a relay of its own."""
    line = relay.Relay(*devices, cell)
    server.ask(cell)
    server.answer()  # it listens, with the route's congestion control
    client.ask(cell)
    line.run_until([client.answers, server.answers])
    result = client.answer()
    line.run_until([server.answers])  # the resets have to get there, too
    return {
        **result,
        **server.answer(),
        "goodputKbps": result["receivedBytes"] * 8 / cell["seconds"] / 1000,
        "relay": line.counts,
        "latenessMs": line.lateness_ms(),
    }


class Endpoint:
    """A forked process in a network namespace of its own, asked and answering in lines of JSON."""

    def __init__(self, name):
        self.name = name
        asks_read, self._asks = os.pipe()
        self.answers, answers_write = os.pipe()
        self.pid = fork(lambda: EndpointProcess(name, asks_read, answers_write).run())
        os.close(asks_read)
        os.close(answers_write)
        self.answer()  # it has its namespace

    def attach(self):
        """A veth pair into its namespace; then it gives itself addresses and routes."""
        own = f"to-{self.name}"
        namespaces.ip(
            f"link add {own} type veth peer name {DEVICE} netns {self.pid}",
            f"link set {own} up",
        )
        namespaces.switch_offloads_off(own)
        self.ask({})
        self.answer()

    def ask(self, message):
        os.write(self._asks, (json.dumps(message) + "\n").encode())

    def answer(self):
        line = read_line(self.answers)
        if line == b"":
            raise EOFError(f"the {self.name} has ended")
        return json.loads(line)


class EndpointProcess:
    def __init__(self, name, asks, answers):
        self._name = name
        self._asks = asks
        self._answers = answers

    def run(self):
        namespaces.enter_network_namespace()
        self._answer({})
        read_line(self._asks)
        self._configure()
        serve_run = self._serve_runs if self._name == "server" else self._fetch_runs
        self._answer({})
        serve_run()

    def _configure(self):
        peer = PEERS[self._name]
        namespaces.write("/proc/sys/net/ipv4/tcp_no_metrics_save", "1")
        if os.path.exists("/proc/sys/net/ipv6"):
            namespaces.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1")
        namespaces.ip(
            f"link set {DEVICE} address {HARDWARE[self._name]}",
            f"addr add {ADDRESSES[self._name]}/32 dev {DEVICE}",
            f"link set {DEVICE} up",
            f"route add {ADDRESSES[peer]}/32 dev {DEVICE} src {ADDRESSES[self._name]}",
            # no ARP over the line: a lost answer would cost seconds
            f"neigh replace {ADDRESSES[peer]} lladdr {HARDWARE[peer]} nud permanent dev {DEVICE}",
        )
        namespaces.switch_offloads_off(DEVICE)

    def _serve_runs(self):
        server = endpoints.Server()
        while line := read_line(self._asks):
            cell = json.loads(line)
            # the one way to choose it that needs no privilege over the whole machine: by route
            namespaces.ip(
                f"route change {endpoints.CLIENT_ADDRESS}/32 dev {DEVICE} src {endpoints.SERVER_ADDRESS}"
                f" congctl {cell['congestionControl']}"
            )
            self._answer({})
            self._answer(server.serve(cell["flows"]))

    def _fetch_runs(self):
        while line := read_line(self._asks):
            cell = json.loads(line)
            self._answer(endpoints.fetch(cell["flows"], cell["seconds"]))

    def _answer(self, message):
        os.write(self._answers, (json.dumps(message) + "\n").encode())


def read_line(file):
    """Byte by byte, so that nothing of the next line is taken: others wait for it with select. b"" at the end."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(file, 1)
        if byte == b"":
            return b""
        line += byte
    return line


main()
