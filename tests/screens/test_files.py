"""Compose files of the working folder as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from manager.model.container import Container
from manager.model.exposure import Exposure
from manager.model.rows import Source, port_rows
from manager.model.snapshot import Snapshot
from tui.files import file_rows, place_of
from tui.presentation.entry import entries
from tui.presentation.offers import why_not
from tui.presentation.ordering import Heading, View, arrange
from tui.presentation.state import state_of

TEXT = """\
name: here
services:
  web: {image: "nginx:1", ports: ["127.0.0.1:62893:80", "53:53/udp"]}
  db: {image: postgres, ports: ["5432"]}
"""


def test_each_port_of_each_service_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TEXT)
    (tmp_path / "compose.override.yaml").write_text(
        'services:\n  web:\n    ports: ["127.0.0.1:62894:81"]\n'
    )
    found = entries(Snapshot(None), files=file_rows(str(tmp_path)))
    assert [(e.owner, e.address, e.port, e.target) for e in found] == [
        ("db", "*", "any", "5432/tcp"),
        ("web", "127.0.0.1", "62893", "80/tcp"),
        ("web", "*", "53", "53/udp"),
        ("web", "127.0.0.1", "62894", "81/tcp"),
    ]
    assert {e.row.source for e in found} == {Source.COMPOSE_FILE}
    assert found[0].exposure is Exposure.ALL
    assert not found[0].exposed, "a file opens nothing"
    assert state_of(found[0]).word == "in file"
    assert "docker compose up" in why_not("move", found[0])


def test_they_stand_under_their_project(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(TEXT)
    found = entries(Snapshot(None), files=file_rows(str(tmp_path)))
    titles = [item.title for item in arrange(found, View()) if isinstance(item, Heading)]
    assert titles == ["here"]


def test_what_compose_refuses_gives_no_row(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text('services:\n  web: {image: x, ports: ["70000:80"]}\n')
    assert file_rows(str(tmp_path)) == ()
    (tmp_path / "compose.yaml").write_text("services: [")
    assert file_rows(str(tmp_path)) == ()


def test_other_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(TEXT)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "compose.yaml").write_text(TEXT)
    assert file_rows(str(tmp_path)) == ()
    assert file_rows(str(tmp_path / "nowhere")) == ()


def test_the_line_that_asked_for_a_row_is_found(
    tmp_path: Path, a_container: Callable[..., Container], a_snapshot: Callable[..., Snapshot]
) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services:\n  web:\n    image: nginx\n    ports:\n"
        "      - 127.0.0.1:8080:80\n      - target: 443\n        published: 8443\n"
        "      - '9000-9002:90/udp'\n"
    )
    held = ("127.0.0.1|8080|80/tcp", "|8443|443/tcp", "|9001|90/udp", "|7000|70/tcp")
    container = a_container("web", *held, project="p")
    assert container.origin is not None
    origin = replace(container.origin, files=(str(file),))
    rows = {
        str(row.container_port): row
        for row in port_rows(a_snapshot(replace(container, origin=origin)))
    }
    places = {port: place_of(row).removeprefix(f"{file}:") for port, row in rows.items()}
    assert places == {"80/tcp": "5", "443/tcp": "6", "90/udp": "8", "70/tcp": "2"}
    gone = replace(origin, files=(str(tmp_path / "gone.yaml"),))
    (row, *_) = port_rows(a_snapshot(replace(container, origin=gone)))
    assert place_of(row) == ""
    (loose,) = port_rows(a_snapshot(a_container("db", "|5432|5432/tcp")))
    assert place_of(loose) == ""
