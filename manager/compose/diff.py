"""What a mend would change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from manager.compose.values import SourceText


def diff_lines(texts: Mapping[str, SourceText], sources: Mapping[str, SourceText]) -> Iterator[str]:
    """The lines of the diff, each with its own line end, by file."""
    from difflib import unified_diff  # noqa: PLC0415 -- only --diff needs it

    for file in sorted(texts):
        before, after = _lines(sources[file].text), _lines(texts[file].text)
        for line in unified_diff(before, after, f"a/{file}", f"b/{file}"):
            if line.endswith("\n"):
                yield line
            else:
                yield from (f"{line}\n", "\\ No newline at end of file\n")


def _lines(text: str) -> list[str]:
    """Lines as diff and patch count them: by LF alone."""
    parts = text.split("\n")
    last = [parts[-1]] if parts[-1] else []
    return [f"{part}\n" for part in parts[:-1]] + last
