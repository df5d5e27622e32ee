"""hosts files, daemon.json, kernel settings, names and search paths: read, never trusted."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.host.addresses import host_addresses, interface_addresses
from manager.host.daemon_json import parse_daemon_settings, read_daemon_settings
from manager.host.hosts_file import parse_hosts, read_hosts
from manager.host.ranges import ephemeral_range, reserved_ranges, unprivileged_start
from manager.host.resolve import resolve
from manager.host.which import SUDO_DEFAULT, find_all, sudo_path
from manager.model.daemon import DaemonSettings
from manager.model.localhost import localhost_lines
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import PortRange

HOSTS = """\
# the usual
127.0.0.1\tlocalhost LOCALHOST.localdomain
::1 localhost ip6-localhost # comment localhost
192.0.2.7 web localhost
nonsense localhost
10.0.0.1

fe80::1%lo0 localhost
"""


def test_the_lines_of_localhost() -> None:
    hosts = parse_hosts(HOSTS)
    found = localhost_lines(hosts)
    assert (found.v4 and found.v4.number, found.v6 and found.v6.number) == (2, 3)
    assert [line.number for line in found.wrong] == [4, 8]
    assert str(found.wrong[0]) == "192.0.2.7 web localhost"
    assert hosts.broken == ((5, "'nonsense' is not an address"), (6, "10.0.0.1 has no name"))
    assert [line.number for line in hosts.naming("localhost.LocalDomain.")] == [2]


def test_localhost_sent_elsewhere_comes_first() -> None:
    found = localhost_lines(parse_hosts("192.0.2.7 localhost\n127.0.0.1 localhost\n"))
    assert found.first4 is not None
    assert found.first4.number == 1
    assert found.v6 is None
    assert found.first6 is None


@given(st.text(max_size=200))
def test_any_hosts_file_is_read_without_a_complaint(text: str) -> None:
    hosts = parse_hosts(text)
    numbers = [line.number for line in hosts.lines] + [number for number, _ in hosts.broken]
    assert len(numbers) == len(set(numbers))
    assert all(1 <= number <= text.count("\n") + 1 for number in numbers)


def test_a_hosts_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert read_hosts(tmp_path / "none").problem == "no such file or directory"
    assert read_hosts(tmp_path).problem == "is a directory"
    (tmp_path / "hosts").write_bytes(b"127.0.0.1 local\xff\n")
    assert len(read_hosts(tmp_path / "hosts").lines) == 1


def test_names_are_resolved_as_programs_get_them() -> None:
    found = resolve("127.0.0.1")
    assert found.addresses == (ip_address("127.0.0.1"),)
    assert all(address.is_loopback for address in resolve("localhost").addresses)
    for bad in ("x" * 70 + ".invalid", "", "\udcff"):
        if bad:
            assert resolve(bad).problem
            assert resolve(bad).addresses == ()


def test_daemon_json_is_read() -> None:
    text = b"""{"ip": "127.0.0.1", "userland-proxy": false, "iptables": true,
        "firewall-backend": "nftables", "log-driver": "local",
        "default-network-opts": {"bridge":
            {"com.docker.network.bridge.host_binding_ipv4": "192.0.2.7"}}}"""
    found = parse_daemon_settings(text, "x")
    assert found == DaemonSettings(
        "x",
        exists=True,
        ip=ip_address("127.0.0.1"),
        network_ip=ip_address("192.0.2.7"),
        userland_proxy=False,
        iptables=True,
        firewall_backend="nftables",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "not a JSON object"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 99999, "is not JSON"),
        (b'{"ip": "localhost"}', "'ip' is not an address: 'localhost'"),
        (b'{"ip": 7}', "'ip' should be a str, and is 7"),
        (b'{"userland-proxy": "false"}', "'userland-proxy' should be a bool"),
    ],
)
def test_what_daemon_json_says_wrong_is_told(text: bytes, problem: str) -> None:
    found = parse_daemon_settings(text)
    assert len(found.problems) == 1
    assert problem in found.problems[0]
    assert found.ip is None


@pytest.mark.parametrize("text", [b"", b"  \n", b"{}", b'{"default-network-opts": 3}'])
def test_a_daemon_json_that_says_nothing(text: bytes) -> None:
    assert parse_daemon_settings(text, "x") == DaemonSettings("x", exists=True)


def test_a_daemon_json_that_is_not_there(tmp_path: Path) -> None:
    assert read_daemon_settings(tmp_path / "none").exists is False
    assert read_daemon_settings(tmp_path).problems == ("cannot be read, is a directory",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32768\t60999\n", LINUX_EPHEMERAL),
        ("1024 65535", PortRange(1024, 65535)),
        ("60999 32768", LINUX_EPHEMERAL),
        ("1 x", LINUX_EPHEMERAL),
        ("", LINUX_EPHEMERAL),
        ("1 99999", LINUX_EPHEMERAL),
    ],
)
def test_the_ephemeral_range(tmp_path: Path, text: str, expected: PortRange) -> None:
    (tmp_path / "ip_local_port_range").write_text(text)
    assert ephemeral_range(tmp_path) == expected


def test_other_kernel_settings(tmp_path: Path) -> None:
    assert unprivileged_start(tmp_path) == 1024
    assert reserved_ranges(tmp_path) == ()
    (tmp_path / "ip_unprivileged_port_start").write_text("80\n")
    (tmp_path / "ip_local_reserved_ports").write_text("8080,50000-50010,x,9-8\n")
    assert unprivileged_start(tmp_path) == 80
    assert reserved_ranges(tmp_path) == (PortRange.of(8080), PortRange(50000, 50010))
    assert ephemeral_range().start > 0


def test_addresses_of_this_host() -> None:
    found = host_addresses()
    assert found[0].is_loopback
    assert ip_address("127.0.0.1") in found
    assert len(found) == len(set(found))
    assert set(found) == {one for each in interface_addresses().values() for one in each}


def program(path: Path, content: str, mode: int = 0o755) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return str(path)


def test_every_pmap_on_the_path_is_found_and_ours_is_known(tmp_path: Path) -> None:
    ours = program(tmp_path / "a" / "pmap", "#!python\nfrom manager.cli.main import main\n")
    other = program(tmp_path / "b" / "pmap", "\x7fELF")
    program(tmp_path / "c" / "pmap", "x", mode=0o644)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "pmap").symlink_to(other)
    search = ":".join(str(tmp_path / name) for name in ("a", "none", "b", "c", "d", "a"))
    found = find_all("pmap", search)
    assert [(f.path, f.ours) for f in found] == [
        (ours, True),
        (other, False),
        (str(tmp_path / "d" / "pmap"), False),
    ]
    assert found[2].real == other
    assert find_all("pmap", "") == ()


def test_the_path_of_sudo(tmp_path: Path) -> None:
    sudoers = tmp_path / "sudoers"
    assert sudo_path(sudoers) == SUDO_DEFAULT
    sudoers.write_text('Defaults env_reset\nDefaults\tsecure_path="/usr/sbin:/bin"\n')
    assert sudo_path(sudoers) == "/usr/sbin:/bin"
    (tmp_path / "sudoers.d").mkdir()
    (tmp_path / "sudoers.d" / "more").write_text("Defaults env_keep, secure_path = /opt/bin\n")
    (tmp_path / "sudoers.d" / "ignored.bak").write_text("Defaults secure_path=/bad\n")
    assert sudo_path(sudoers) == "/opt/bin"
