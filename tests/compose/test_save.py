"""`--save`: the entry changes, and not a byte besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from manager.compose.save import SaveEdit, plan_save
from manager.compose.values import ProjectFiles
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, parse_ip


def mapping(text: str) -> PortMapping:
    """`127.0.0.1:8080:80/udp` with the address or the host port left out where not asked for."""
    body, _, protocol = text.partition("/")
    head, _, target = body.rpartition(":")
    address, _, port = head.rpartition(":") if ":" in head else ("", "", head)
    binding = PortBinding(
        parse_ip(address) if address else None, PortRange.parse(port) if port else None
    )
    return PortMapping(Port.parse(f"{target}/{protocol or 'tcp'}"), binding)


def files_of(*paths: Path | str) -> ProjectFiles:
    return ProjectFiles(str(Path(paths[0]).parent), tuple(map(str, paths)))


def save(tmp_path: Path, text: str, *wanted: str, name: str = "compose.yaml") -> SaveEdit | str:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return plan_save(files_of(path), "web", [mapping(item) for item in wanted])


BLOCK = """\
# head
services:
  web: # the site
    image: nginx   # pinned? no
    ports:
      # the page
      - "8080:80"   # http
      - 127.0.0.1:8443:443
  db:
    image: postgres
    ports: ["127.0.0.1:5432:5432"]
"""


@pytest.mark.parametrize(
    ("wanted", "old", "new"),
    [
        (["127.0.0.1:8080:80", "127.0.0.1:8443:443"], '- "8080:80"', '- "127.0.0.1:8080:80"'),
        (["9090:80", "127.0.0.1:8443:443"], '"8080:80"', '"9090:80"'),
        (["8080:80", "127.0.0.1:9443:443"], "- 127.0.0.1:8443:443", '- "127.0.0.1:9443:443"'),
        (["8080:80", "8443:443"], "- 127.0.0.1:8443:443", '- "8443:443"'),
        (["8080:80"], "      - 127.0.0.1:8443:443\n", ""),
        (
            ["8080:80", "127.0.0.1:8443:443", "127.0.0.1:62893:81"],
            "      - 127.0.0.1:8443:443\n",
            '      - 127.0.0.1:8443:443\n      - "127.0.0.1:62893:81"\n',
        ),
        (["8080:81", "127.0.0.1:8443:443"], '"8080:80"', '"8080:81"'),
        (["[::1]:8080:80", "127.0.0.1:8443:443"], '"8080:80"', '"[::1]:8080:80"'),
    ],
)
def test_one_entry_changes_and_nothing_else(
    tmp_path: Path, wanted: list[str], old: str, new: str
) -> None:
    found = save(tmp_path, BLOCK, *wanted)
    assert isinstance(found, SaveEdit)
    assert found.before == BLOCK.encode()
    assert found.after.decode() == BLOCK.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (
            "services:\n  web:\n    image: nginx\n",
            ["127.0.0.1:1:80"],
            'services:\n  web:\n    ports:\n      - "127.0.0.1:1:80"\n    image: nginx\n',
        ),
        (
            "services:\n  web: {image: nginx}\n",
            ["127.0.0.1:1:80"],
            'services:\n  web: {ports: ["127.0.0.1:1:80"], image: nginx}\n',
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports: [] # none yet\n",
            ["127.0.0.1:1:80"],
            "services:\n  web:\n    image: nginx\n    ports: # none yet\n"
            '      - "127.0.0.1:1:80"\n',
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports:\n      - '1:80'\n",
            [],
            "services:\n  web:\n    image: nginx\n    ports: []\n",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports: ['1:80', '2:81', '3:82']\n",
            ["1:80", "3:82"],
            "services:\n  web:\n    image: nginx\n    ports: ['1:80', '3:82']\n",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports: ['1:80']",
            ["1:80", "2:81/udp"],
            "services:\n  web:\n    image: nginx\n    ports: ['1:80', '2:81/udp']",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports:\n      - '8000-8002:80-82'\n",
            ["127.0.0.1:8000:80", "127.0.0.1:8001:81", "127.0.0.1:8002:82"],
            "services:\n  web:\n    image: nginx\n    ports:\n"
            "      - '127.0.0.1:8000-8002:80-82'\n",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports:\n      - '8000-8002:80-82'\n",
            ["8000:80", "8002:82"],
            "services:\n  web:\n    image: nginx\n    ports:\n"
            "      - '8000:80'\n      - '8002:82'\n",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports:\n      - '${IP:-127.0.0.1}:8000:80'\n",
            ["127.0.0.1:9000:80"],
            "services:\n  web:\n    image: nginx\n    ports:\n      - '${IP:-127.0.0.1}:9000:80'\n",
        ),
        (
            "services:\n  web:\n    image: nginx\n    ports:\n"
            "      - target: 80 # inside\n        published: 8000\n        mode: host\n",
            ["127.0.0.1:9000:80"],
            "services:\n  web:\n    image: nginx\n    ports:\n"
            "      - target: 80 # inside\n        published: 9000\n"
            '        host_ip: "127.0.0.1"\n        mode: host\n',
        ),
        (
            "services:\r\n  web:\r\n    image: nginx\r\n    ports:\r\n      - '1:80'\r\n",
            ["1:80", "2:81"],
            "services:\r\n  web:\r\n    image: nginx\r\n    ports:\r\n"
            "      - '1:80'\r\n      - '2:81'\r\n",
        ),
        (
            "\ufeffservices: {web: {image: nginx, ports: ['1:80']}}",
            ["127.0.0.1:1:80"],
            "\ufeffservices: {web: {image: nginx, ports: ['127.0.0.1:1:80']}}",
        ),
    ],
)
def test_every_way_of_writing_keeps_its_style(
    tmp_path: Path, text: str, wanted: list[str], expected: str
) -> None:
    found = save(tmp_path, text, *wanted)
    assert isinstance(found, SaveEdit), found
    assert found.after.decode() == expected


@pytest.mark.parametrize(
    ("text", "wanted", "reason"),
    [
        ("services:\n  db: {image: x}\n", ["1:80"], "has no service web any more"),
        (
            "services:\n  web:\n    image: x\n    ports:\n      - '${P:-1}:80'\n",
            ["2:80"],
            "${P:-1} is a variable",
        ),
        (
            "x-p: &p ['1:80']\nservices:\n"
            "  web: {image: x, ports: *p}\n  b: {image: x, ports: *p}\n",
            ["2:80"],
            "other services share",
        ),
        ("services: [\n", ["1:80"], "YAML"),
    ],
)
def test_what_cannot_be_edited_is_said(
    tmp_path: Path, text: str, wanted: list[str], reason: str
) -> None:
    found = save(tmp_path, text, *wanted)
    assert isinstance(found, str)
    assert reason in found


def test_a_file_that_asks_for_it_already_stays_as_it_is(tmp_path: Path) -> None:
    found = save(tmp_path, BLOCK, "8080:80", "127.0.0.1:8443:443")
    assert isinstance(found, SaveEdit)
    assert found.after == found.before


def test_the_entry_is_changed_in_the_file_that_it_came_from(tmp_path: Path) -> None:
    base, over = tmp_path / "compose.yaml", tmp_path / "compose.override.yaml"
    base.write_text("services:\n  web:\n    image: x\n    ports: ['1:80']\n")
    over.write_text("services:\n  web:\n    ports: ['2:81']\n")
    files = [str(base), str(over)]
    found = plan_save(files_of(*files), "web", [mapping("1:80"), mapping("127.0.0.1:2:81")])
    assert isinstance(found, SaveEdit)
    assert found.path == str(over)
    assert found.after == b"services:\n  web:\n    ports: ['127.0.0.1:2:81']\n"
    assert found.line == 3


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    assert "is not here" in str(plan_save(files_of(tmp_path / "x.yaml"), "web", []))


def test_a_merged_block_is_not_written_into(tmp_path: Path) -> None:
    text = (
        "x-common: &common\n  restart: always\n  image: x\nservices:\n"
        "  web:\n    <<: *common\n    hostname: w\n  b:\n    image: y\n"
    )
    found = save(tmp_path, text, "127.0.0.1:1:80")
    assert isinstance(found, SaveEdit), found
    assert found.after.decode() == text.replace(
        "    hostname: w\n", '    ports:\n      - "127.0.0.1:1:80"\n    hostname: w\n'
    )


def test_replicas_cannot_share_one_port(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: x\n    deploy: {replicas: 2}\n"
    found = save(tmp_path, text, "127.0.0.1:1:80")
    assert isinstance(found, str)
    assert "has 2 replicas" in found
