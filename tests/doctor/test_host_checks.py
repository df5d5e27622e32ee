"""What doctor says of this machine: localhost, the commands that are found, the journal."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from manager.doctor.checks import commands, interrupted, localhost
from manager.host.hosts_file import parse_hosts
from manager.model.localhost import HostsFile, Resolution
from manager.model.programs import FoundCommand

Look = Callable[..., list[str]]

V4, V6 = ip_address("127.0.0.1"), ip_address("::1")


def resolves(*addresses: str, seconds: float = 0.0, problem: str = "") -> Resolution:
    return Resolution("localhost", tuple(map(ip_address, addresses)), seconds, problem)


def test_localhost_as_it_should_be(look: Look) -> None:
    assert look(localhost.CHECK) == ["pass: localhost is ::1 and 127.0.0.1"]
    only_four = {"host": {"addresses": (V4,)}, "localhost": resolves("127.0.0.1")}
    assert look(localhost.CHECK, **only_four) == ["pass: localhost is 127.0.0.1"]


def test_the_line_that_sends_localhost_elsewhere_is_named(look: Look) -> None:
    text = "127.0.0.1 localhost\n# own\n192.0.2.7 localhost\n192.0.2.8 web localhost\n"
    hosts = parse_hosts(text, "/etc/hosts")
    found = look(localhost.CHECK, hosts=hosts, localhost=resolves("192.0.2.7", "127.0.0.1", "::1"))
    other = resolves("192.0.2.7")
    assert look(localhost.CHECK, hosts=hosts, localhost=other) == found
    assert found == [
        "fail: /etc/hosts line 3 sends localhost to 192.0.2.7: 192.0.2.7 localhost"
        " | change line 3 of /etc/hosts to: 127.0.0.1 localhost",
        "fail: /etc/hosts line 4 sends localhost to 192.0.2.8: 192.0.2.8 web localhost"
        " | change line 4 of /etc/hosts to: 192.0.2.8 web",
    ]


@pytest.mark.parametrize(
    ("resolution", "said"),
    [
        (resolves(problem="no such name"), "fail: localhost is not found: no such name"),
        (resolves("192.0.2.9"), "fail: localhost is 192.0.2.9, and no line of /etc/hosts says so"),
        (resolves("::1"), "fail: localhost does not lead to 127.0.0.1"),
        (resolves("127.0.0.1"), "warn: localhost is 127.0.0.1 alone"),
        (resolves("127.0.0.1", "::1", seconds=4.2), "warn: looking localhost up takes 4.2 s"),
    ],
)
def test_what_the_resolver_says(look: Look, resolution: Resolution, said: str) -> None:
    (found,) = look(localhost.CHECK, localhost=resolution)
    assert found.startswith(said)
    assert " | " in found


def test_hosts_files_that_say_nothing(look: Look) -> None:
    unread = HostsFile("/etc/hosts", problem="permission denied")
    assert look(localhost.CHECK, hosts=unread)[0] == (
        "warn: /etc/hosts permission denied | ls -l /etc/hosts"
    )
    broken = parse_hosts("127.0.0.1 localhost\nlocalhost 127.0.0.1\n::1 localhost\n")
    assert look(localhost.CHECK, hosts=broken)[0] == (
        "warn: /etc/hosts line 2 says nothing: 'localhost' is not an address"
        " | remove line 2 of /etc/hosts"
    )


def program(path: str, *, ours: bool) -> tuple[FoundCommand, ...]:
    return (FoundCommand(path, path, ours),)


OURS, PROCPS = program("/home/a/bin/pmap", ours=True), program("/usr/bin/pmap", ours=False)
ALIAS = program("/home/a/bin/cpmap", ours=True)


def test_which_pmap_the_shell_finds(look: Look) -> None:
    assert look(commands.CHECK, commands={"pmap": OURS + PROCPS}) == [
        "pass: the shell finds this pmap: /home/a/bin/pmap"
    ]
    assert look(commands.CHECK, commands={"pmap": PROCPS + OURS, "cpmap": ALIAS}) == [
        "warn: the shell finds /usr/bin/pmap, which is another program (procps has one)"
        " | type cpmap, which is /home/a/bin/cpmap"
    ]
    assert look(commands.CHECK, commands={}) == [
        "warn: the shell finds no pmap on its path | pipx ensurepath, then open a new shell"
    ]


def test_which_pmap_sudo_finds(look: Look) -> None:
    found = {"pmap": OURS, "cpmap": ALIAS}
    assert look(commands.CHECK, commands=found, sudo={"pmap": PROCPS})[1] == (
        "warn: sudo finds no pmap of ours (/usr/bin/pmap, another program)"
        ' | sudo "$(command -v cpmap)" ls'
    )
    assert look(commands.CHECK, commands=found, sudo={})[1].startswith(
        "warn: sudo finds no pmap of ours (none)"
    )
    assert look(commands.CHECK, commands=found, sudo={"pmap": OURS})[1].startswith("pass")


def test_interrupted_changes(look: Look) -> None:
    assert look(interrupted.CHECK) == ["pass: no change was interrupted"]
    entries = [{"tx": "a1", "name": "web"}, {"tx": "b2", "corrupt": "cut off"}]
    assert look(interrupted.CHECK, entries=entries) == [
        "fail: a change of web was interrupted | pmap recover",
        "fail: the journal of change b2 cannot be read: cut off | pmap recover",
    ]
