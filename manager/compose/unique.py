"""Entries that compose's schema takes for equal, or never sees.

For equal ones it refuses the whole project. It wants the items of `ports` to be unique, and
compares a number with an earlier text by what the text is worth: `published: 8080` after
`published: "8080"` is refused, while the other way round both stay, as two entries. Over 20
entries it only compares numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from manager.compose.reads import Plain, Read

PAIRWISE = 20
_NUMBER = r"[-+]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,2})?(?:/[0-9]+)?\Z"
_PREFIXED = r"[-+]?0[xXoObB][0-9a-fA-F]+\Z"
_LONGEST = 40


def refused_as_equal(reads: Sequence[Read], canonical: int) -> Read | None:
    """The first entry that compose finds equal to an earlier one, None when there is none.

    canonical: how many of the reads, from the start, stand in their long form already, since
    they come from an earlier file or document.
    """
    fresh = reads[canonical:]
    if not any(isinstance(read.plain, int | dict) for read in fresh):
        return None
    items = _items(reads, canonical)
    values = list(items.values())
    loose = len(values) <= PAIRWISE
    for index, (value, read) in enumerate(values):
        if isinstance(value, str) or not (loose or _is_odd(value)):
            continue
        earlier = values[:index] if loose else values[:index] + values[index + 1 :]
        if any(_equal(value, other, loose=loose) for other, _ in earlier):
            return read
    return None


def without_replaced(reads: Sequence[Read], canonical: int) -> list[Read]:
    """The reads without those that only the schema would refuse, had no later one their place.

    Of long entries of one document that are told apart by nothing, compose keeps the last, in
    the place of the first, and holds what is left against the schema.
    """
    found, places = list(reads[:canonical]), dict[object, int]()
    for read in reads[canonical:]:
        key = written_key(read.plain) if isinstance(read.plain, dict) else read.written
        place = places.get(key) if key is not None else None
        if place is not None and found[place].written is not None:
            found[place] = read
            continue
        places[key] = len(found)
        found.append(read)
    return found


def _items(reads: Sequence[Read], canonical: int) -> dict[object, tuple[Plain, Read]]:
    """The items by compose's own key; a later one takes the place of an earlier one."""
    found: dict[object, tuple[Plain, Read]] = {}
    for index, read in enumerate(reads):
        values = _expanded(read) if index < canonical else iter((read.plain,))
        for value in values:
            found[written_key(value)] = (value, read)
            if len(found) > PAIRWISE and index < canonical:
                # From here on only numbers are compared, and expanded ones are none of them odd.
                break
    return found


def _expanded(read: Read) -> Iterator[Plain]:
    if isinstance(read.plain, dict):
        yield read.plain
        return
    for run in read.entry.runs:
        for offset in range(run.count):
            item: dict[str, object] = {
                "mode": run.mode,
                "target": run.target + offset,
                "protocol": run.protocol,
            }
            if run.published:
                published = str(int(run.published) + offset) if offset else run.published
                item["published"] = published
            if run.host_ip:
                item["host_ip"] = run.host_ip
            yield item


def written_key(value: Plain) -> object:
    """What compose tells entries apart by before it looks whether they are right."""
    if not isinstance(value, dict):
        return str(value)
    names = (("host_ip", "0.0.0.0"), ("published", None), ("target", None), ("protocol", "tcp"))
    parts = tuple(value.get(name, default) for name, default in names)
    return tuple((type(part).__name__, part) for part in parts)


def _is_odd(value: Plain) -> bool:
    return isinstance(value, dict) and isinstance(value.get("target"), float)


def _equal(later: object, earlier: object, *, loose: bool) -> bool:
    if isinstance(later, dict):
        return (
            isinstance(earlier, dict)
            and later.keys() == earlier.keys()
            and all(_equal(value, earlier[name], loose=loose) for name, value in later.items())
        )
    if isinstance(later, bool) or not isinstance(later, int | float):
        return type(later) is type(earlier) and later == earlier
    if isinstance(earlier, str):
        return loose and _is_worth(earlier, later)
    if isinstance(earlier, bool) or not isinstance(earlier, int | float):
        return False
    return later == earlier


def _is_worth(text: str, number: float) -> bool:
    """Whether Go's rational numbers read `text` as `number`."""
    from fractions import Fraction  # noqa: PLC0415 -- hardly any file needs it

    if len(text) > _LONGEST:
        return False
    try:
        if re.match(_PREFIXED, text):
            return int(text, 0) == number
        return bool(re.match(_NUMBER, text)) and Fraction(text.replace("_", "")) == Fraction(number)
    except (ValueError, ZeroDivisionError):
        return False
