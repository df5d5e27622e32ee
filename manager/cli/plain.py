"""Names alone, without an option: what most calls of `pmap check` are, and read without a parser.

Loading argparse, and telling it of every option, takes a tenth of the time in which a small file
is checked. A command says what it takes to a `Names` as it does to a parser.
"""

from __future__ import annotations

from types import SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_UNSET = {"store_true": False, "store_false": True}


def read_names(arguments: Sequence[str], *takes: Callable[[Any], None]) -> SimpleNamespace | None:
    """What a parser that all `takes` have told of their arguments would make of these.

    None where it takes a parser to know.
    """
    ended = arguments[:1] == ["--"]
    if not ended and any(argument.startswith("-") for argument in arguments):
        return None
    names = Names()
    for take in takes:
        take(names)
    return names.read(arguments[ended:], ended=ended)


class Names:
    """Stands in for a parser, and notes what each option is when it is not given."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._many: str | None = None
        self._needs_parser = False

    def add_argument(self, *names: str, **said: Any) -> None:
        """As argparse's: an option, or the names that a command takes."""
        if said.get("action") == "version":
            return
        if names[0].startswith("-"):
            self._needs_parser |= bool(said.get("required"))
            long = next((name for name in names if name.startswith("--")), names[0])
            name = said.get("dest") or long.lstrip("-").replace("-", "_")
            unset = said.get("default", _UNSET.get(said.get("action", "")))
            # Of options that set one value, the first says what it is when none is given.
            self._values.setdefault(name, unset)
        elif self._many is None and said.get("nargs") == "*" and said.keys() <= _PLAIN:
            self._many = names[0]
        else:
            self._needs_parser = True

    def add_argument_group(self, *_title: str) -> Names:
        """A group is a heading in the help, and no more."""
        return self

    def add_mutually_exclusive_group(self, *, required: bool = False) -> Names:
        """Of options that are not given, none is one too many."""
        self._needs_parser |= required
        return self

    def read(self, names: Sequence[str], *, ended: bool = False) -> SimpleNamespace | None:
        """What a parser would make of these names; None where it takes one to know.

        ended: whether `--` stood before them, which is refused where there are no names.
        """
        if self._needs_parser or ((names or ended) and self._many is None):
            return None
        if self._many is not None:
            self._values[self._many] = list(names)
        return SimpleNamespace(**self._values)


_PLAIN = frozenset({"nargs", "metavar", "help"})
"""What may be said of names that are taken as they are."""
