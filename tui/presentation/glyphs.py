"""The signs on the screen, in Unicode and in ASCII."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs, each one column wide (the arrow may be two)."""

    arrow: str = "→"
    yes: str = "●"
    some: str = "◆"
    """Between yes and no: open to one address."""
    no: str = "○"
    unknown: str = "·"
    cursor: str = "▌"
    marked: str = "✓"
    alarm: str = "▲"
    group: str = "▾"
    rule: str = "─"
    ascending: str = "↑"
    descending: str = "↓"
    ellipsis: str = "…"
    dot: str = "·"
    logo: str = "◆"
    cross: str = "✗"
    shade: str = "░"


UNICODE = Glyphs()
ASCII = Glyphs(
    arrow="->",
    yes="*",
    some="@",
    no="o",
    unknown=".",
    cursor=">",
    marked="+",
    alarm="!",
    group="=",
    rule="-",
    ascending="^",
    descending="v",
    ellipsis="~",
    dot="|",
    logo="#",
    cross="x",
    shade=":",
)
