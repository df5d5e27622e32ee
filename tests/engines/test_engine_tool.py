"""The parts of the engine tool that need no engine."""

from pathlib import Path

import pytest
from engine_hostnet import emptied
from engine_layout import Engine, EngineError, engine_named
from engine_packages import has_version
from engine_process import mounts_below, namespace_lives
from engine_sources import Archive, archive_in
from pytest_engines import engine_in

STANZAS = """\
# the machine's own
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/mirror.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def test_the_archive_is_the_one_of_the_running_release() -> None:
    expected = Archive("http://mirror.example/debian", "/usr/share/keyrings/mirror.gpg")
    assert archive_in(["", STANZAS], "bookworm") == expected
    assert expected.line("forky") == (
        "deb [signed-by=/usr/share/keyrings/mirror.gpg] http://mirror.example/debian forky main"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://a.example/debian bookworm main", Archive("http://a.example/debian")),
        (
            "deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian bookworm main",
            Archive("http://a.example/debian", "/k.gpg"),
        ),
        ("# deb http://a.example/debian bookworm main", None),
        ("deb-src http://a.example/debian bookworm main", None),
        ("deb http://a.example/debian bookworm-security main", None),
    ],
)
def test_one_line_sources(line: str, expected: Archive | None) -> None:
    assert archive_in([line], "bookworm") == expected


def test_a_disabled_stanza_is_no_archive() -> None:
    assert archive_in(["Enabled: no\n" + STANZAS.partition("\n\n")[0]], "bookworm") is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("docker.io_28.5.2+dfsg4-5_amd64.deb", True),
        ("docker.io_1%3a28.5_amd64.deb", True),
        ("docker.io_28.50.1_amd64.deb", False),
        ("docker.io_29.1.0_amd64.deb", False),
        ("docker-cli_28.5.2_amd64.deb", False),
    ],
)
def test_the_wanted_version_is_told_from_its_neighbours(name: str, found: bool) -> None:
    assert has_version([name], "docker.io", "28.5") is found


def test_mounts_are_found_deepest_first_and_only_below() -> None:
    mountinfo = "\n".join(
        f"{number} 1 0:1 / {point} rw - ext4 /dev/vda rw"
        for number, point in enumerate(
            ["/", "/e/data", "/e/data/a\\040b", "/e/data-of-another", "/run/x/netns/1"]
        )
    )
    found = mounts_below(mountinfo, (Path("/e/data"), Path("/run/x")))
    assert found == ["/run/x/netns/1", "/e/data/a b", "/e/data"]


def test_an_empty_file_left_by_a_reboot_is_no_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine_process.NETNS_ROOT", tmp_path)
    (tmp_path / "left").touch()
    assert not namespace_lives(tmp_path / "left")
    assert not namespace_lives(tmp_path / "missing")


def test_two_checkouts_never_share_a_name(tmp_path: Path) -> None:
    one, other = Engine("28.5", tmp_path / "a"), Engine("28.5", tmp_path / "b")
    assert one.netns != other.netns
    assert one.socket != other.socket
    assert len(str(one.socket)) < 108


def test_the_host_network_is_an_engine_of_its_own(tmp_path: Path) -> None:
    engine = engine_named("28.5-host", tmp_path)
    assert engine.netns is None
    assert engine.network_block != engine_named("28.5", tmp_path).network_block
    with pytest.raises(EngineError, match=r"28\.5, 20\.10"):
        engine_named("19.03", tmp_path)


def test_tables_that_came_with_the_engine_are_emptied() -> None:
    before = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"
    now = (
        "# saved\n*filter\n:INPUT DROP [1:2]\nCOMMIT\n"
        "*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A DOCKER -j RETURN\nCOMMIT\n"
    )
    assert emptied(before, now) == "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"


@pytest.mark.parametrize(
    ("nodeid", "version"),
    [
        ("tests/test_a.py::test_b[28.5]", "28.5"),
        ("tests/test_a.py::test_b[80/tcp-20.10-x]@group", "20.10"),
        ("tests/test_a.py::test_b[128.5]", None),
        ("tests/28.5/test_a.py::test_b", None),
    ],
)
def test_the_engine_of_a_test_is_read_in_its_id(nodeid: str, version: str | None) -> None:
    assert engine_in(nodeid) == version
