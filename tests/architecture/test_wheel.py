"""What people install: the wheel, looked into."""

from __future__ import annotations

import configparser
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from manager import __version__

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel, built once as pip builds it for an installation."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    built = subprocess.run(
        [*command, str(ROOT)], capture_output=True, text=True, timeout=300, check=False
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as archive:
        yield archive


def metadata(wheel: ZipFile, name: str) -> str:
    (path,) = (n for n in wheel.namelist() if n.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def headers(wheel: ZipFile) -> Message:
    return Parser().parsestr(metadata(wheel, "METADATA"))


def test_it_installs_manager_and_tui_and_nothing_else(wheel: ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"manager", "tui", f"pmap_containers-{__version__}.dist-info"}


def test_every_file_of_the_product_is_in_it(wheel: ZipFile) -> None:
    tree = {
        str(path.relative_to(ROOT))
        for room in ("manager", "tui")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md"
    }
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == tree
    assert "tui/pmap.tcss" in shipped
    assert {"manager/py.typed", "tui/py.typed"} <= shipped


def test_both_commands_start_the_same(wheel: ZipFile) -> None:
    points = configparser.ConfigParser()
    points.read_string(metadata(wheel, "entry_points.txt"))
    assert dict(points["console_scripts"]) == {
        "pmap": "manager.cli.main:program",
        "cpmap": "manager.cli.main:program",
    }


def test_it_says_what_it_is_and_carries_its_licence(wheel: ZipFile) -> None:
    said = headers(wheel)
    assert (said["Name"], said["Version"]) == ("pmap-containers", __version__)
    assert said["License-Expression"] == "MIT"
    assert "MIT License" in metadata(wheel, "licenses/LICENSE")
    assert str(said.get_payload()).strip() == (ROOT / "README.md").read_text("utf-8").strip()


def test_it_asks_for_what_the_product_imports(wheel: ZipFile) -> None:
    required = {
        line.partition(">")[0].lower()
        for line in headers(wheel).get_all("Requires-Dist", [])
        if "extra ==" not in line
    }
    assert required == {"docker", "psutil", "pydantic", "pyyaml", "textual"}


def test_it_runs_from_its_own_files(wheel: ZipFile, tmp_path: Path) -> None:
    """Not from the checkout, which an editable installation would fall back to."""
    wheel.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "import manager, tui; from manager.cli.main import main;"
        "print(manager.__file__, tui.__file__); sys.exit(main(['ls', '--demo']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    first, *table = ran.stdout.splitlines()
    assert first.split() == [
        str(tmp_path / "manager" / "__init__.py"),
        str(tmp_path / "tui" / "__init__.py"),
    ]
    assert len(table) > 2
