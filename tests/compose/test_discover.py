"""Which files make a project."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from manager.compose.discover import MAIN_NAMES, OVERRIDE_NAMES, discover, given_files
from manager.compose.values import ProblemKind
from manager.errors import ComposeError

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """lay(names, texts): files in a folder; the folder."""

    def run(*names: str, **texts: str) -> Path:
        folder = tmp_path / "stack"
        folder.mkdir(exist_ok=True)
        contents = dict.fromkeys(names, "services: {}\n") | texts
        for name, text in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return run


def found(folder: Path, env: Mapping[str, str] | None = None) -> list[list[str]]:
    projects = discover([str(folder)], env=env or {})
    return [[os.path.relpath(file, folder) for file in project.files] for project in projects]


@pytest.mark.parametrize("main", MAIN_NAMES)
@pytest.mark.parametrize("override", OVERRIDE_NAMES)
def test_a_main_file_with_its_override(lay: Lay, main: str, override: str) -> None:
    assert found(lay(main, override)) == [[main, override]]


def test_of_several_the_first_counts_and_the_others_are_told(lay: Lay) -> None:
    folder = lay("docker-compose.yml", "compose.yaml", "docker-compose.override.yaml")
    lay("compose.override.yml")
    (project,) = discover([str(folder)], env={})
    assert found(folder) == [["compose.yaml", "compose.override.yml"]]
    assert [note.kind for note in project.notes] == [ProblemKind.SEVERAL_FILES] * 2
    assert not any(note.fatal for note in project.notes)


def test_folders_are_searched_but_for_those_of_others(lay: Lay) -> None:
    names = ["a/compose.yaml", "b/c/docker-compose.yml", "compose.yaml"]
    skipped = ["node_modules/x/compose.yaml", ".git/compose.yaml", ".venv/a/compose.yml"]
    assert found(lay(*names, *skipped)) == [[n] for n in ("compose.yaml", *names[:2])]


def test_what_git_ignores_is_passed_over(lay: Lay) -> None:
    folder = lay(
        "keep/compose.yaml", "build/compose.yaml", "sub/deep/compose.yaml", "t/compose.yaml"
    )
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("build/\n/sub/**/compose.yaml\n*.yml\n!keep\n")
    (folder / "t" / ".gitignore").write_text("*\n!.gitignore\n")
    assert found(folder) == [["keep/compose.yaml"]]


def test_exclude_passes_over_paths_and_names(lay: Lay) -> None:
    folder = lay("a/compose.yaml", "b/compose.yaml", "b/c/compose.yaml")
    projects = discover([str(folder)], env={}, exclude=["*/b/c", "a"])
    assert [os.path.relpath(p.files[0], folder) for p in projects] == ["b/compose.yaml"]


def test_a_file_brings_its_siblings_along(lay: Lay) -> None:
    folder = lay("compose.yaml", "compose.override.yaml", "other.yaml")
    both = [str(folder / "compose.yaml"), str(folder / "compose.override.yaml")]
    for name in ("compose.yaml", "compose.override.yaml"):
        (project,) = discover([str(folder / name)], env={})
        assert list(project.files) == both
    (alone,) = discover([str(folder / "other.yaml")], env={})
    assert alone.files == (str(folder / "other.yaml"),)
    assert len(discover([*both, str(folder / "other.yaml"), *both], env={})) == 2


def test_compose_file_in_env_names_the_files(lay: Lay) -> None:
    folder = lay(
        "compose.yaml", "a.yaml", "sub/b.yaml", **{".env": "COMPOSE_FILE=sub/b.yaml:a.yaml\n"}
    )
    (project,) = discover([str(folder)], env={})
    assert [os.path.relpath(f, folder) for f in project.files] == ["sub/b.yaml", "a.yaml"]
    assert [os.path.relpath(f, folder) for f in project.folders] == [".", "sub"]
    separated = lay(**{".env": "COMPOSE_FILE=sub/b.yaml,a.yaml\nCOMPOSE_PATH_SEPARATOR=,\n"})
    assert found(separated) == [["sub/b.yaml", "a.yaml"]]


def test_compose_file_of_the_environment_counts_here_only(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lay("compose.yaml", "a.yaml", "sub/compose.yaml")
    env = {"COMPOSE_FILE": "a.yaml"}
    assert found(folder, env) == [["compose.yaml"], ["sub/compose.yaml"]]
    monkeypatch.chdir(folder)
    names = [list(project.files) for project in discover([], env=env)]
    assert names == [["a.yaml"], ["sub/compose.yaml"]]


def test_given_env_files_take_the_place_of_the_default(lay: Lay) -> None:
    folder = lay("compose.yaml", "a.yaml", **{".env": "COMPOSE_FILE=a.yaml\n", "x.env": ""})
    (project,) = discover([str(folder)], env={}, env_files=[str(folder / "x.env")])
    assert project.files == (str(folder / "compose.yaml"),)
    assert project.env_files == (str(folder / "x.env"),)


def test_nothing_there(lay: Lay, tmp_path: Path) -> None:
    assert found(lay()) == []
    with pytest.raises(ComposeError) as caught:
        discover([str(tmp_path / "none")], env={})
    assert caught.value.hint


def test_given_files_are_one_project() -> None:
    project = given_files(["a/x.yaml", "b/y.yaml"], {"COMPOSE_ENV_FILES": "p.env,q.env"})
    assert project.directory == "a"
    assert project.files == ("a/x.yaml", "b/y.yaml")
    assert project.env_files == ("p.env", "q.env")
