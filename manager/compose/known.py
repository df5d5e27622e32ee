"""What the baseline makes of a run: which findings are told, which may be mended."""

from __future__ import annotations

import os
from collections.abc import Mapping

from manager.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.checker import Caught
    from manager.compose.values import SourceText
    from manager.model.finding import Finding


class Known:
    """The baseline at `path`; None knows nothing. Raises InvalidInput when it cannot be read."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._baseline = None
        if path is not None:
            from manager.compose.baseline import load_baseline  # noqa: PLC0415 -- few have one

            self._baseline = load_baseline(path)

    @property
    def missing(self) -> bool:
        """Whether a baseline is asked for that is not there."""
        return self._path is not None and self._baseline is None

    def unknown(self, caught: list[Caught]) -> list[Caught]:
        """Those that the baseline does not know."""
        if self._baseline is None:
            return caught
        from manager.compose.checker import sources_of  # noqa: PLC0415 -- as above

        unique = {one.identity: one for one in caught}
        findings = {identity: one.finding for identity, one in unique.items()}
        sources = sources_of({id(c.context): c.context.project for c in caught}.values())
        new, _ = self._baseline.new(findings.values(), sources)
        told = {id(finding) for finding in new}
        return [one for one in caught if id(findings[one.identity]) in told]

    def sift(
        self, findings: list[Finding], sources: Mapping[str, SourceText]
    ) -> tuple[list[Finding], int, str]:
        """The findings to tell, how many are known, and a note for the person.

        A baseline that is not there yet is written, and then knows all of them. Raises
        InvalidInput under CI, where a forgotten file would make every run green.
        """
        if self._path is None:
            return findings, 0, ""
        if self._baseline is None:
            return [], *self._start(self._path, findings, sources)
        new, gone = self._baseline.new(findings, sources)
        note = (
            f"{_findings(gone)} in {self._path} and nowhere else: remove the file and check"
            " again, and it is written anew"
        )
        return new, len(findings) - len(new), note if gone else ""

    def _start(
        self, path: str, findings: list[Finding], sources: Mapping[str, SourceText]
    ) -> tuple[int, str]:
        if os.environ.get("CI"):
            raise InvalidInput(
                f"there is no baseline at {path}, and none is written under CI",
                hint="write it on your machine with the same command, and commit it",
            )
        from manager.compose.baseline import write_baseline  # noqa: PLC0415 -- as above

        count = write_baseline(path, findings, sources)
        return count, f"wrote {path}: {_findings(count)} known from now on; commit it"


def _findings(count: int) -> str:
    return "1 finding is" if count == 1 else f"{count} findings are"
