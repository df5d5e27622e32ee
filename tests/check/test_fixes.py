"""Mends change what they mean to, and not one byte more."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manager.compose.runner import Options, Run

Mend = Callable[..., bytes]


@pytest.fixture
def mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mend:
    """mend(content, unsafe=..., select=...): the bytes of compose.yaml after --fix."""
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)

    def run(
        content: bytes | str, *, unsafe: bool = False, select: list[str] | None = None
    ) -> bytes:
        folder = tmp_path / "stack"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / ".git").mkdir()
        path = folder / "compose.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        check = Run(Options(paths=[str(path)], mend=True, unsafe=unsafe, select=select))
        written, refused, _ = check.write(check.execute())
        assert refused == []
        assert bool(written) is (path.read_bytes() != path_bytes(content))
        return path.read_bytes()

    return run


def path_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


_HEAD = "services:\n  web:\n    image: app\n    ports:\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- 8080:80", '- "8080:80"'),
        ("- 22:22 # ssh", '- "22:22" # ssh'),
        ("-   53:53/udp   ", '-   "53:53/udp"   '),
        ("- &p 8080:80", '- &p "8080:80"'),
        ("- !!str 8080:80", '- !!str "8080:80"'),
        ("- ${PORT:-80}:80", '- "${PORT:-80}:80"'),
        ('- "localhost:8080:80"', '- "127.0.0.1:8080:80"'),
        ("- localhost:8080:80", '- "127.0.0.1:8080:80"'),
        ('- "080:0080"', '- "80:80"'),
        ("- 08080:80", '- "8080:80"'),
        ("- {target: 80, protocol: UDP}", "- {target: 80, protocol: udp}"),
        ('- {target: 80, protocol: "TCP"}', '- {target: 80, protocol: "tcp"}'),
        ('- "1:1"\n      - "1:1"', '- "1:1"'),
        ('- "1:1"\n      - 1:1', '- "1:1"'),
        ('- "1:1"\n      # why\n      - "1:1"', '- "1:1"\n      # why'),
        (
            "- target: 80\n        published: 8080\n      - '8080:80'",
            "- target: 80\n        published: 8080",
        ),
    ],
)
def test_safe_mends(mend: Mend, before: str, after: str) -> None:
    assert mend(f"{_HEAD}      {before}\n") == f"{_HEAD}      {after}\n".encode()


@pytest.mark.parametrize(
    "item",
    [
        '- "8080:80"',
        '- "0.0.0.0:8080:80"',
        '- "1:1" # one\n      - "1:1" # two',
        '- {target: "0120"}',
        "- 8080:\n          80",
        "- >-\n        8080:80",
        '- "8080:80/http"',
        '- "${IP}:8080:80"',
    ],
)
def test_what_has_no_safe_mend_stays(mend: Mend, item: str) -> None:
    content = f"{_HEAD}      {item}\n"
    assert mend(content) == content.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('- "8080:80"', '- "127.0.0.1:8080:80"'),
        ("- '8080:80'", "- '127.0.0.1:8080:80'"),
        ("- 8080:80", '- "127.0.0.1:8080:80"'),
        ('- "80"', '- "127.0.0.1::80"'),
        ("- 80", '- "127.0.0.1::80"'),
        ('- "::80"', '- "127.0.0.1::80"'),
        ('- "[]:8080:80"', '- "127.0.0.1:8080:80"'),
        ('- "8000-8010:80/udp"', '- "127.0.0.1:8000-8010:80/udp"'),
        ('- "${PORT:-8080}:80"', '- "127.0.0.1:${PORT:-8080}:80"'),
        ('- "${PORT}:80"', '- "127.0.0.1:${PORT}:80"'),
        ('- "${IP}:8080:80"', '- "${IP:-127.0.0.1}:8080:80"'),
        ('- "$IP:8080:80"', '- "${IP:-127.0.0.1}:8080:80"'),
        (
            "- target: 80\n        published: 8080 # web",
            "- target: 80\n        published: 8080 # web\n        host_ip: 127.0.0.1",
        ),
        (
            "- published: 8080\n        target: 80\n        mode: host",
            "- published: 8080\n        target: 80\n        host_ip: 127.0.0.1\n        mode: host",
        ),
        ("- {target: 80}", "- {target: 80, host_ip: 127.0.0.1}"),
        (
            '- {"target": 80, "published": "8080"}',
            '- {"target": 80, "published": "8080", "host_ip": "127.0.0.1"}',
        ),
        (
            "- {\n          target: 80,\n        }",
            "- {\n          target: 80, host_ip: 127.0.0.1,\n        }",
        ),
    ],
)
def test_unsafe_mends(mend: Mend, before: str, after: str) -> None:
    mended = mend(f"{_HEAD}      {before}\n", unsafe=True)
    assert mended == f"{_HEAD}      {after}\n".encode()


@pytest.mark.parametrize(
    "item",
    [
        '- "0.0.0.0:8080:80"',
        '- "[::]:8080:80"',
        '- "192.168.1.5:8080:80"',
        '- "${X:-127.0.0.1:10143}:10143"',
        '- "${X:-0.0.0.0:10143}:10143"',
        '- "${BIND:-0.0.0.0}:8080:80"',
        "- {target: 80, host_ip: 0.0.0.0}",
        '- "127.0.0.1:8080:80"',
    ],
)
def test_an_address_that_somebody_chose_is_left_alone(mend: Mend, item: str) -> None:
    content = f"{_HEAD}      {item}\n"
    assert mend(content, unsafe=True) == content.encode()


_ODD = (
    "# top: 8080:80\r\n"
    "services:\r\n"
    "    web: # the front\r\n"
    "        image:   app\r\n"
    "        ports:\r\n"
    "        - 8080:80 # größe 🐳\r\n"
    "\t\r\n"
    "        -   '443:443'   \r\n"
    "    x:  {image: a, ports: [ 1:1,  2:2 ]}"
)
_MENDED = _ODD.replace("- 8080:80", '- "8080:80"').replace("[ 1:1,  2:2 ]", '[ "1:1",  "2:2" ]')


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace("\r\n", "\n").encode(),
    ],
    ids=["crlf", "bom", "utf-16-le", "utf-16-be", "lf"],
)
def test_bytes_outside_of_the_entries_stay(mend: Mend, encode: Callable[[str], bytes]) -> None:
    odd, mended = _ODD.replace("\t\r\n", "\r\n"), _MENDED.replace("\t\r\n", "\r\n")
    assert mend(encode(odd)) == encode(mended)


def test_long_syntax_keeps_crlf_and_a_missing_newline_at_the_end(mend: Mend) -> None:
    before = f"{_HEAD}      - target: 80".replace("\n", "\r\n")
    after = f"{_HEAD}      - target: 80\n        host_ip: 127.0.0.1".replace("\n", "\r\n")
    assert mend(before, unsafe=True) == after.encode()


def test_an_anchored_list_is_mended_once_for_all(mend: Mend) -> None:
    text = "x-p: &p [8080:80]\nservices:\n  a: {image: x, ports: *p}\n  b: {image: x, ports: *p}\n"
    assert mend(text) == text.replace("8080:80", '"8080:80"').encode()


def test_an_anchor_that_serves_a_bound_network_too_is_left_alone(mend: Mend) -> None:
    text = (
        "x-p: &p ['8080:80']\nservices:\n  a: {image: x, ports: *p, networks: [lo]}\n"
        "  b: {image: x, ports: *p, profiles: [b]}\nnetworks:\n  lo:\n    driver_opts:\n"
        "      com.docker.network.bridge.host_binding_ipv4: 127.0.0.1\n"
    )
    assert mend(text, unsafe=True) == text.encode()


def test_a_silenced_finding_is_not_mended(mend: Mend) -> None:
    text = f"{_HEAD}      - 8080:80 # pmap: ignore[PM301]\n      - 8081:81\n"
    assert mend(text) == text.replace("8081:81", '"8081:81"').encode()


def test_only_selected_rules_mend(mend: Mend) -> None:
    text = f"{_HEAD}      - 8080:80\n      - '081:81'\n"
    assert mend(text, select=["PM308"]) == text.replace("081:81", "81:81").encode()


def test_a_file_that_is_included_twice_is_mended_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text("include: [../db.yaml]\nservices: {}\n")
    db = tmp_path / "db.yaml"
    db.write_text("services:\n  db:\n    image: x\n    ports:\n      - 5432:5432\n")
    check = Run(Options(paths=[str(tmp_path)], mend=True))
    written, refused, report = check.write(check.execute())
    assert (len(written), refused) == (1, [])
    assert db.read_text().endswith('- "5432:5432"\n')
    assert [f.rule for f in report.findings if f.rule == "PM301"] == []


def test_a_read_only_file_stays_and_its_finding_too(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(f"{_HEAD}      - 8080:80\n")
    path.chmod(0o444)
    check = Run(Options(paths=[str(path)], mend=True))
    written, refused, report = check.write(check.execute())
    assert written == []
    assert "read-only" in refused[0].message
    assert "PM301" in [f.rule for f in report.findings]


_items = st.sampled_from(
    [
        "8080:80",
        '"8081:81"',
        "'8082:82/udp'",
        "83",
        "127.0.0.1:8084:84",
        '"085:85"',
        "localhost:86:86",
        "${A}:87",
        "${B:-88}:88",
        '"${IP}:89:89"',
        "{target: 90}",
        '{"target": 91, "published": "091"}',
        "{target: 92, protocol: UDP}",
        "8080:80/http",
        "22:22",
    ]
)
_lines = st.builds(
    lambda dash, item, comment: f"      {dash}{item}{comment}",
    st.sampled_from(["- ", "-   "]),
    _items,
    st.sampled_from(["", "  ", " # note: 1:1", " # größe"]),
)
_files = st.builds(
    lambda lines, end, tail: (
        end.join(["services:", "  web:", "    image: app", "    ports:", *lines, "    # end"])
        + tail
    ),
    st.lists(_lines, min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n"]),
)


@given(_files, st.booleans())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_keeps_its_lines_and_comments(mend: Mend, text: str, unsafe: bool) -> None:
    after = mend(text, unsafe=unsafe).decode()
    assert after.count("#") == text.count("#")
    assert ("\r\n" in after) is ("\r\n" in text)
    assert after.endswith("\n") is text.endswith("\n")
    assert after.splitlines()[:4] == text.splitlines()[:4]
    # A second run finds nothing more to mend.
    assert mend(after, unsafe=unsafe).decode() == after
