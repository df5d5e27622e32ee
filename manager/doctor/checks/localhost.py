"""Whether localhost leads to this host: the line of the hosts file that says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed, warned
from manager.model.localhost import HostsFile, HostsLine, Resolution, localhost_lines

V4, V6 = IPv4Address("127.0.0.1"), IPv6Address("::1")
_SLOW = 1.0


def _look(facts: Examination) -> Iterator[Remark]:
    hosts, found = facts.surroundings.hosts_file(), facts.prober.resolve("localhost")
    remarks = [*_of_file(hosts), *_of_resolver(hosts, found, V6 in facts.host.addresses())]
    yield from remarks
    if not remarks:
        yield passed(f"localhost is {' and '.join(map(str, found.addresses))}")


def _of_file(hosts: HostsFile) -> Iterator[Remark]:
    """The lines that are wrong, each by its number."""
    if hosts.problem:
        yield warned(f"{hosts.path} {hosts.problem}", f"ls -l {hosts.path}")
    for line in localhost_lines(hosts).wrong:
        yield failed(
            f"{hosts.path} line {line.number} sends localhost to {line.address}: {line}",
            f"change line {line.number} of {hosts.path} to: {_mended(line)}",
        )
    for number, reason in hosts.broken:
        yield warned(
            f"{hosts.path} line {number} says nothing: {reason}",
            f"remove line {number} of {hosts.path}",
        )


def _mended(line: HostsLine) -> str:
    """The line with localhost where it belongs; other names keep their address on it."""
    others = [name for name in line.names if name.lower().rstrip(".") != "localhost"]
    own = f"{V4 if line.address.version == 4 else V6} localhost"
    return f"{line.address} {' '.join(others)}" if others else own


def _of_resolver(hosts: HostsFile, found: Resolution, has_six: bool) -> Iterator[Remark]:
    """What programs get for the name, whoever says it."""
    add = f"add to {hosts.path}:"
    if found.problem or not found.addresses:
        yield failed(
            f"localhost is not found: {found.problem or 'no address'}", f"{add} {V4} localhost"
        )
        return
    named = {line.address for line in localhost_lines(hosts).wrong}
    strange = [a for a in found.addresses if not a.is_loopback and a not in named]
    if strange:
        yield failed(
            f"localhost is {strange[0]}, and no line of {hosts.path} says so: it comes from DNS or"
            " another source of names",
            f"{add} {V4} localhost",
        )
    elif named.intersection(found.addresses):
        # The line is told already, and mending it mends the rest.
        pass
    elif V4 not in found.addresses:
        yield failed("localhost does not lead to 127.0.0.1", f"{add} {V4} localhost")
    elif has_six and V6 not in found.addresses:
        yield warned(
            "localhost is 127.0.0.1 alone: what is published on [::1] is not reached by that name",
            f"{add} {V6} localhost",
        )
    if found.seconds > _SLOW:
        yield warned(
            f"looking localhost up takes {found.seconds:.1f} s: it goes beyond {hosts.path}",
            "put files first in the hosts line of /etc/nsswitch.conf",
        )


CHECK = Check("localhost", "localhost", _look)
