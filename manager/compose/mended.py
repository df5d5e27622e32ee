"""What mending works on, and what comes out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from manager.compose.config import Config
from manager.compose.values import Project, ProjectFiles, SourceText

Texts = Mapping[str, SourceText]
"""What is taken for files instead of what is on disk, by path."""
Read = Callable[[ProjectFiles, Texts], Project]


class Target:
    """A project to mend: its files and the configuration that governs it."""

    __slots__ = ("config", "files")

    def __init__(self, files: ProjectFiles, config: Config) -> None:
        self.files = files
        self.config = config


class Mended:
    """What came out.

    texts: the new texts by file; sources: all texts as they were. made: how often each rule was
    mended. projects: as they read now.
    """

    __slots__ = ("made", "projects", "sources", "texts")

    def __init__(self, projects: list[Project], sources: Mapping[str, SourceText]) -> None:
        self.projects = projects
        self.sources = sources
        self.texts: dict[str, SourceText] = {}
        self.made: Counter[str] = Counter()
