"""Which `pmap` the shell and sudo find: procps has another one on nearly every Linux."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed, warned
from manager.model.programs import FoundCommand

_OURS, _ALIAS = "pmap", "cpmap"


def _look(facts: Examination) -> Iterator[Remark]:
    find = facts.surroundings.commands
    first, alias = _first(find(_OURS)), _first(find(_ALIAS))
    if first is not None and first.ours:
        yield passed(f"the shell finds this pmap: {first.path}")
    else:
        yield _not_ours(first, alias)
    for_sudo = facts.surroundings.sudo_commands(_OURS)
    if for_sudo is None:
        return
    found = _first(for_sudo)
    if found is not None and found.ours:
        yield passed(f"sudo finds this pmap: {found.path}")
    else:
        what = f"{found.path}, another program" if found else "none"
        name = _ALIAS if alias is not None and alias.ours else _OURS
        yield warned(f"sudo finds no pmap of ours ({what})", f'sudo "$(command -v {name})" ls')


def _not_ours(first: FoundCommand | None, alias: FoundCommand | None) -> Remark:
    if first is None:
        said = "the shell finds no pmap on its path"
    else:
        said = f"the shell finds {first.path}, which is another program (procps has one)"
    if alias is not None and alias.ours:
        return warned(said, f"type cpmap, which is {alias.path}")
    return warned(said, "pipx ensurepath, then open a new shell")


def _first(found: tuple[FoundCommand, ...]) -> FoundCommand | None:
    return found[0] if found else None


CHECK = Check("commands", "Commands", _look)
