"""`pmap ls -f`: compose's normal form as rows, and which of them the engine ignores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manager.cli.main import main

_HEAD = "services:\n  web:\n    image: app\n"


@pytest.fixture
def listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """listed(text, *options): the mappings, or with text=True what is printed."""

    def run(text: str, *options: str, as_text: bool = False) -> Any:
        path = tmp_path / "compose.yaml"
        path.write_text(text)
        form = [] if as_text else ["--json"]
        assert main(["ls", "-f", str(path), *options, *form]) == 0
        out = capsys.readouterr().out
        return out if as_text else json.loads(out)["mappings"]

    return run


@pytest.mark.parametrize(
    ("ports", "host_port"),
    [
        ('["8080:80"]', 8080),
        ('["80"]', None),
        ('["3000-3002:80"]', "3000-3002"),
        ('["0:80"]', 0),
        ('[{target: 80, published: "08080"}]', 8080),
        ('[{target: 80, published: "abc"}]', "abc"),
        ('[{target: 80, published: "\uff18\uff10"}]', "\uff18\uff10"),
        (f'[{{target: 80, published: "{"9" * 5000}"}}]', "9" * 5000),
    ],
)
def test_the_host_port_is_a_number_where_it_is_one(
    listed: Any, ports: str, host_port: object
) -> None:
    (row,) = listed(f"{_HEAD}    ports: {ports}\n")
    assert row["host_port"] == host_port
    assert (row["source"], row["declared"], row["bound"]) == ("compose-file", True, None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("network_mode: host", "the service uses the host's network"),
        ("network_mode: none", "the service has no network"),
        ("network_mode: service:vpn", "the network belongs to another container"),
        ("networks: [back]", "every network of the service is internal"),
        ("scale: 0", "no container of the service is made"),
    ],
)
def test_rows_that_the_engine_ignores_are_told_apart(listed: Any, line: str, why: str) -> None:
    text = f'{_HEAD}    {line}\n    ports: ["8080:80"]\n  vpn: {{image: v}}\n'
    text += "networks: {back: {internal: true}}\n"
    (row,) = listed(text)
    assert (row["host_port"], row["bound"]) == (8080, False)
    printed = listed(text, as_text=True)
    assert "ignored" in printed.splitlines()[1]
    assert f"the ports of web are not published: {why}" in printed
    assert listed(text, "--exposed") == []


def test_a_default_of_the_network_counts(listed: Any) -> None:
    text = (
        f'{_HEAD}    ports: ["8080:80"]\nnetworks:\n  default:\n    driver_opts:\n'
        "      com.docker.network.bridge.host_binding_ipv4: 127.0.0.1\n"
    )
    (row,) = listed(text)
    assert (row["host_ip"], row["exposure"]) == (None, "loopback")
    assert listed(text, "--exposed") == []
