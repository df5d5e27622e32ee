"""The daemon's command line and file: what it was told about publishing ports."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.host.daemon_process import daemon_arguments, daemon_settings, merge, parse_flags
from manager.model.daemon import DaemonSettings


def process(proc: Path, pid: int, name: str, *words: str) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")
    (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ((), {}),
        (("dockerd",), {}),
        (("dockerd", "--ip=127.0.0.1"), {"--ip": "127.0.0.1"}),
        (("dockerd", "--ip", "127.0.0.1", "--debug"), {"--ip": "127.0.0.1"}),
        (("dockerd", "--userland-proxy=false"), {"--userland-proxy": "false"}),
        (("dockerd", "--userland-proxy", "--ip"), {"--userland-proxy": "true", "--ip": ""}),
        (("dockerd", "--ip=::1", "--ip=127.0.0.1"), {"--ip": "127.0.0.1"}),
        (("dockerd", "--ip-forward=false", "--iptables"), {"--iptables": "true"}),
        (("dockerd", "--config-file", "/x.json"), {"--config-file": "/x.json"}),
    ],
)
def test_flags_are_read_as_dockerd_reads_them(
    words: tuple[str, ...], flags: dict[str, str]
) -> None:
    assert parse_flags(words) == flags


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_command_line_is_read(words: list[str]) -> None:
    assert merge(DaemonSettings("x"), parse_flags(words)).path == "x"


def test_flags_are_merged_over_the_file() -> None:
    file = DaemonSettings("x", exists=True, ip=ip_address("192.0.2.1"), userland_proxy=True)
    flags = {"--userland-proxy": "false", "--iptables": "true", "--ip": "nonsense"}
    merged = merge(file, flags)
    assert (merged.userland_proxy, merged.iptables, merged.ip) == (False, True, file.ip)
    assert merge(file, {"--ip": "127.0.0.1"}).ip == ip_address("127.0.0.1")


def test_the_daemon_is_found_by_its_pid_or_as_the_only_one(tmp_path: Path) -> None:
    assert daemon_arguments(7, tmp_path) is None
    process(tmp_path, 1, "systemd", "/sbin/init")
    process(tmp_path, 7, "dockerd", "dockerd", "--ip=127.0.0.1")
    assert daemon_arguments(7, tmp_path) == ("dockerd", "--ip=127.0.0.1")
    # The socket was opened by systemd, which handed it on.
    assert daemon_arguments(1, tmp_path) == ("dockerd", "--ip=127.0.0.1")
    assert daemon_arguments(None, tmp_path) == ("dockerd", "--ip=127.0.0.1")
    process(tmp_path, 9, "dockerd", "dockerd", "--userland-proxy=false")
    assert daemon_arguments(None, tmp_path) is None
    assert daemon_arguments(9, tmp_path) == ("dockerd", "--userland-proxy=false")


def test_the_named_file_is_read_and_what_the_flags_say_is_told(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text('{"allow-direct-routing": true, "userland-proxy": "no"}')
    process(tmp_path, 7, "dockerd", "dockerd", f"--config-file={file}", "--ip=127.0.0.1")
    settings = daemon_settings(7, proc=tmp_path, file=tmp_path / "absent.json")
    assert settings.path == str(file)
    assert settings.allow_direct_routing is True
    assert settings.ip == ip_address("127.0.0.1")
    assert settings.flags == ("--ip=127.0.0.1",)
    assert "'userland-proxy' should be a bool" in settings.problems[0]
    none = daemon_settings(None, proc=tmp_path / "none", file=tmp_path / "absent.json")
    assert (none.exists, none.flags, none.ip) == (False, (), None)
