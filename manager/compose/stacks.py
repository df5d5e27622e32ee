"""Which of the checked projects are variants of one stack, and so never run side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from manager.compose.project import project_name
from manager.compose.stakes import Side

_ENVIRONMENTS = frozenset(
    {
        "dev",
        "devel",
        "development",
        "local",
        "preprod",
        "preview",
        "prod",
        "production",
        "qa",
        "stage",
        "staging",
        "uat",
    }
)
"""Folders that hold the same stack for another place: `prod/compose.yaml` beside `dev/`."""


def stacks(projects: Sequence[Side]) -> list[int]:
    """For each project the number of its stack; variants of one stack share it.

    Variants are: files of one folder; of its hidden folders (`.devcontainer`) and of those that
    are named for an environment; and projects that give themselves one name, which are one
    project to compose.
    """
    owners = list(range(len(projects)))

    def owner(index: int) -> int:
        while owners[index] != index:
            owners[index] = index = owners[owners[index]]
        return index

    first: dict[str, int] = {}
    for index, project in enumerate(projects):
        for key in _keys(project):
            owners[owner(index)] = owner(first.setdefault(key, index))
    return [owner(index) for index in range(len(projects))]


def _keys(project: Side) -> Iterator[str]:
    """What variants have in common: the folder of the stack, the name that was given."""
    directory = os.path.abspath(project.directory)
    folder = directory
    while _is_variant(os.path.basename(folder)):
        folder = os.path.dirname(folder)
    yield folder
    if project.name != project_name(os.path.basename(directory)):
        yield f"name:{project.name}"


def _is_variant(name: str) -> bool:
    return name.startswith(".") or name.lower() in _ENVIRONMENTS
