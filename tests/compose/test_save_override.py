"""`--save=override`: the project's own files stay as they are."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.compose.project import read_project
from manager.compose.save import SaveEdit, plan_save
from manager.compose.save_files import next_files, override_of
from manager.compose.save_keys import asked_by_entry, asked_by_mapping
from manager.compose.save_override import plan_override
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
    [
        "services: {web: {environment: {A: 1}}}\n",
        "services:\n  web:\n    ports: !reset []\n",
        "services:\n  web: &w\n    ports: ['9090:81']\n  b:\n    image: x\n    <<: *w\n",
        "services: [\n",
    ],
)
def test_what_only_a_person_should_change_is_said(tmp_path: Path, over: str) -> None:
    assert isinstance(plan(tmp_path, LOOP, over=over), str)


@pytest.mark.parametrize(
    ("over", "wanted", "expected"),
    [
        ("ports: ['1:80'] # a", [LOOP], "ports: !override ['127.0.0.1:8080:80'] # a"),
        (
            "ports: ['9090:81'] # a",
            [LOOP],
            'ports: !override # a\n      - "127.0.0.1:8080:80"',
        ),
        ("ports: ['9090:81']", [OPEN, MORE], "ports: ['127.0.0.1:8081:81']"),
        ("ports:\n      - 9090:81", [OPEN], "ports: []"),
        ("ports: []", [OPEN, MORE], 'ports:\n      - "127.0.0.1:8081:81"'),
        ("ports: []", [LOOP], 'ports: !override\n      - "127.0.0.1:8080:80"'),
        ("ports: !override []", [LOOP], 'ports: !override\n      - "127.0.0.1:8080:80"'),
        ("ports: !override\n      - 1:80 # a", [], "ports: !override []"),
        ("ports: !override\n      - 1:80", [LOOP], 'ports: !override\n      - "127.0.0.1:8080:80"'),
        (
            "ports: !override\n      - 1:80",
            [LOOP, MORE],
            'ports: !override\n      - "127.0.0.1:8080:80"\n      - "127.0.0.1:8081:81"',
        ),
    ],
)
def test_its_own_list_is_brought_up_to_date(
    tmp_path: Path, over: str, wanted: list[PortMapping], expected: str
) -> None:
    head = "services:\n  web:\n    "
    found = plan(tmp_path, *wanted, over=f"{head}{over}\n")
    assert isinstance(found, SaveEdit), found
    assert found.path == str(tmp_path / "compose.override.yaml")
    assert found.after.decode() == f"{head}{expected}\n"


MAPPINGS = [OPEN, LOOP, MORE, PortMapping(Port(82), PortBinding(None, None))]


@given(st.lists(st.sets(st.sampled_from(MAPPINGS)), max_size=4), st.booleans())
def test_again_and_again_and_then_in_the_file(rounds: list[set[PortMapping]], plain: bool) -> None:
    """Whatever came before, what is read afterwards is what was wanted."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        base = folder / "compose.yaml"
        base.write_text(BASE)
        for number, wanted in enumerate(rounds):
            last = plain and number == len(rounds) - 1
            files = next_files([str(base)], name)
            found = (plan_save if last else plan_override)(files, "web", list(wanted))
            if isinstance(found, str):
                assert last
                assert "several files" in found
                continue
            Path(found.path).write_bytes(found.after)
            service = read_project(next_files([str(base)], name)).service("web")
            assert service is not None
            asked = [each for entry in service.entries for each in asked_by_entry(entry)]
            assert set(asked) == {asked_by_mapping(mapping) for mapping in wanted}
            assert last or base.read_text() == BASE


def test_a_plain_save_follows_the_override(tmp_path: Path) -> None:
    base, over = tmp_path / "compose.yaml", tmp_path / "compose.override.yaml"
    base.write_text(BASE)
    over.write_text("services:\n  web:\n    ports: !override ['1:80']\n")
    files = next_files([str(base)], str(tmp_path))
    for wanted, expected in (([LOOP], "['127.0.0.1:8080:80']"), ([], "[]")):
        found = plan_save(files, "web", wanted)
        assert isinstance(found, SaveEdit), found
        assert (found.path, found.after.decode()) == (
            str(over),
            f"services:\n  web:\n    ports: !override {expected}\n",
        )
        over.write_bytes(found.after)
    found = plan_save(files, "web", [LOOP])
    assert isinstance(found, SaveEdit), found
    assert found.path == str(over)


BOTH = ["compose.yaml", "compose.override.yml"]


@pytest.mark.parametrize(
    ("there", "label", "expected", "override"),
    [
        (["compose.yaml"], ["compose.yaml"], ["compose.yaml"], "compose.override.yaml"),
        (["docker-compose.yml"], ["docker-compose.yml"], None, "docker-compose.override.yml"),
        (BOTH, ["compose.yaml"], BOTH, "compose.override.yml"),
        (["compose.yaml"], BOTH, ["compose.yaml"], "compose.override.yaml"),
        (BOTH, BOTH, BOTH, "compose.override.yml"),
        ([*BOTH, "x.yaml"], ["compose.yaml", "x.yaml"], None, None),
        ([*BOTH, "x.yaml"], ["x.yaml"], None, None),
        ([*BOTH, "docker-compose.yml"], ["docker-compose.yml"], None, None),
        (["docker-compose.yml", *BOTH[1:]], ["compose.yaml"], None, None),
    ],
)
def test_the_files_that_compose_reads_next_time(
    tmp_path: Path, there: list[str], label: list[str], expected: list[str] | None, override: str
) -> None:
    """None for `expected`: as the label says."""
    for name in there:
        (tmp_path / name).write_text(BASE)
    found = next_files([str(tmp_path / name) for name in label], str(tmp_path), env={})
    assert [Path(path).name for path in found.files] == (expected or label)
    beside = override_of(found, {})
    assert (beside and Path(beside).name) == override


def test_a_project_by_compose_file_has_no_override_of_its_own(tmp_path: Path) -> None:
    for name in BOTH:
        (tmp_path / name).write_text(BASE)
    (tmp_path / ".env").write_text("COMPOSE_FILE=compose.yaml\n")
    found = next_files([str(tmp_path / "compose.yaml")], str(tmp_path), env={})
    assert found.files == (str(tmp_path / "compose.yaml"),)
    assert override_of(found, {}) is None
