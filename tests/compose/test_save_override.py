"""`--save=override`: the project's own files stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from manager.compose.save import SaveEdit
from manager.compose.save_override import override_of, plan_override
from manager.compose.values import ProjectFiles
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, parse_ip

BASE = "services:\n  web:\n    image: x\n    ports: ['8080:80']\n"
OPEN = PortMapping(Port(80), PortBinding(None, PortRange.of(8080)))
LOOP = PortMapping(Port(80), PortBinding(parse_ip("127.0.0.1"), PortRange.of(8080)))
MORE = PortMapping(Port(81), PortBinding(parse_ip("127.0.0.1"), PortRange.of(8081)))


def plan(folder: Path, *wanted: PortMapping, over: str | None = None) -> SaveEdit | str:
    base = folder / "compose.yaml"
    base.write_text(BASE)
    files = [str(base)]
    if over is not None:
        (folder / "compose.override.yaml").write_text(over)
        files.append(str(folder / "compose.override.yaml"))
    return plan_override(ProjectFiles(str(folder), tuple(files)), "web", wanted)


def test_what_comes_on_top_is_added(tmp_path: Path) -> None:
    found = plan(tmp_path, OPEN, MORE)
    assert isinstance(found, SaveEdit)
    assert found.path == str(tmp_path / "compose.override.yaml")
    assert found.before is None
    assert found.after.decode() == ('services:\n  web:\n    ports:\n      - "127.0.0.1:8081:81"\n')


def test_what_replaces_overrides(tmp_path: Path) -> None:
    found = plan(tmp_path, LOOP)
    assert isinstance(found, SaveEdit)
    assert found.after.decode() == (
        'services:\n  web:\n    ports: !override\n      - "127.0.0.1:8080:80"\n'
    )


def test_nothing_at_all_is_an_empty_list(tmp_path: Path) -> None:
    found = plan(tmp_path)
    assert isinstance(found, SaveEdit)
    assert found.after.decode() == "services:\n  web:\n    ports: !override []\n"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            "# mine\nservices:\n  db:\n    image: y\n",
            '# mine\nservices:\n  web:\n    ports: !override\n      - "127.0.0.1:8080:80"\n'
            "  db:\n    image: y\n",
        ),
        (
            "services:\n  web:\n    environment: {A: 1}\n",
            'services:\n  web:\n    ports: !override\n      - "127.0.0.1:8080:80"\n'
            "    environment: {A: 1}\n",
        ),
        (
            "services:\n  web:\n    ports: !override ['9090:80'] # mine\n",
            "services:\n  web:\n    ports: !override ['127.0.0.1:8080:80'] # mine\n",
        ),
    ],
)
def test_a_file_that_is_there_is_added_to(tmp_path: Path, over: str, expected: str) -> None:
    found = plan(tmp_path, LOOP, over=over)
    assert isinstance(found, SaveEdit), found
    assert found.after.decode() == expected


@pytest.mark.parametrize(
    "over",
    ["services:\n  web:\n    ports: ['9090:81']\n", "services: {web: {environment: {A: 1}}}\n"],
)
def test_what_only_a_person_should_change_is_said(tmp_path: Path, over: str) -> None:
    assert isinstance(plan(tmp_path, LOOP, over=over), str)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["/p/compose.yaml"], "/p/compose.override.yaml"),
        (["/p/docker-compose.yml"], "/p/docker-compose.override.yml"),
        (["/p/stack.yaml"], None),
        (["/p/compose.yaml", "/p/prod.yaml"], None),
        (["/p/compose.yaml", "/p/compose.override.yml"], "/p/compose.override.yml"),
    ],
)
def test_the_override_that_compose_reads_by_itself(files: list[str], expected: str | None) -> None:
    assert override_of(files) == expected
