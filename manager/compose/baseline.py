"""Findings that are known: an old repository starts with them, and only new ones count.

The file is JSON, made to be committed. It holds no line numbers, so that it stays true while
lines move: a finding is known by its rule, file, service and the text of its line, and as often
as it stands there.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from manager.compose.values import SourceText
from manager.errors import InvalidInput
from manager.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


SCHEMA = 1
_LONGEST_LINE = 200
Key = tuple[str, str, str, str]
"""Rule, file relative to the baseline's folder, service, and the text of the line."""


class Baseline:
    """The known findings of one file."""

    def __init__(self, path: str, known: Counter[Key]) -> None:
        self.path = path
        self._known = known

    def new(
        self, findings: Iterable[Finding], sources: Mapping[str, SourceText]
    ) -> tuple[list[Finding], int]:
        """The findings that are not known, and how many known ones are gone by now.

        Each known one stands for one finding, so a second one of the same kind is new.
        """
        left = Counter(self._known)
        found: list[Finding] = []
        for finding in findings:
            key = key_of(finding, sources.get(finding.file), self.path)
            if left[key] > 0:
                left[key] -= 1
            else:
                found.append(finding)
        return found, sum(left.values())


def key_of(finding: Finding, source: SourceText | None, path: str) -> Key:
    """What a finding is known by in the baseline at `path`."""
    folder = os.path.dirname(os.path.abspath(path))
    file = os.path.relpath(os.path.abspath(finding.file), folder).replace(os.sep, "/")
    return (finding.rule, file, finding.service or "", _line(finding, source))


def _line(finding: Finding, source: SourceText | None) -> str:
    if source is None:
        return ""
    start = finding.span.start - finding.span.column + 1
    lines = source.text[start : start + _LONGEST_LINE].splitlines()
    # Without quotes: a mend that adds them makes no known finding new.
    return lines[0].strip().replace('"', "").replace("'", "") if lines else ""


def load_baseline(path: str) -> Baseline | None:
    """The baseline at `path`, None when there is no file. Raises InvalidInput."""
    import json  # noqa: PLC0415 -- few runs have a baseline

    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{path}: cannot be read as a baseline: {error}",
            hint="remove it, and pmap check --baseline writes a new one",
        ) from None
    return Baseline(path, _known(document, path))


def _known(document: Any, path: str) -> Counter[Key]:
    try:
        if document["schema"] != SCHEMA:
            raise KeyError("schema")
        entries = document["known"]
        return Counter({_key(entry): int(entry["count"]) for entry in entries})
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{path}: is not a baseline of pmap check ({error})",
            hint="remove it, and pmap check --baseline writes a new one",
        ) from None


def _key(entry: Mapping[str, Any]) -> Key:
    return (str(entry["rule"]), str(entry["file"]), str(entry["service"]), str(entry["line"]))


def write_baseline(
    path: str, findings: Iterable[Finding], sources: Mapping[str, SourceText]
) -> int:
    """Write the findings as known ones; how many they are. Raises InvalidInput."""
    import json  # noqa: PLC0415 -- few runs have a baseline

    counts = Counter(key_of(finding, sources.get(finding.file), path) for finding in findings)
    known = [
        {"rule": rule, "file": file, "service": service, "line": line, "count": count}
        for (rule, file, service, line), count in sorted(counts.items())
    ]
    text = json.dumps({"schema": SCHEMA, "known": known}, indent=1)
    try:
        with open(path, "x", encoding="utf-8") as output:
            output.write(text + "\n")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror}") from None
    return counts.total()
