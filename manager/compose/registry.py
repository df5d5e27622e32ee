"""Every rule, and how rules are named: by id, by name, or by the start of an id."""

from __future__ import annotations

from collections.abc import Iterable

from manager.compose.rule import Rule
from manager.compose.rules import (
    pm001_invalid_port,
    pm002_port_out_of_range,
    pm003_unknown_protocol,
    pm004_host_port_conflict,
    pm005_too_few_host_ports,
    pm006_ports_on_shared_network,
    pm007_duplicate_key,
    pm008_unset_variable,
    pm009_project_conflict,
    pm010_unreadable,
    pm101_exposed_port,
    pm102_exposed_service,
    pm103_unset_variable_exposes,
    pm201_ports_ignored,
    pm202_override_appends,
    pm203_repeated_entry,
    pm204_mode_without_swarm,
    pm301_unquoted_port,
    pm302_random_host_port,
    pm303_system_port,
    pm304_ephemeral_port,
    pm305_variable_without_default,
    pm306_huge_range,
    pm307_often_taken,
    pm308_leading_zero,
)
from manager.errors import InvalidInput

RULES: tuple[Rule, ...] = (
    pm001_invalid_port.RULE,
    pm002_port_out_of_range.RULE,
    pm003_unknown_protocol.RULE,
    pm004_host_port_conflict.RULE,
    pm005_too_few_host_ports.RULE,
    pm006_ports_on_shared_network.RULE,
    pm007_duplicate_key.RULE,
    pm008_unset_variable.RULE,
    pm009_project_conflict.RULE,
    pm010_unreadable.RULE,
    pm101_exposed_port.RULE,
    pm102_exposed_service.RULE,
    pm103_unset_variable_exposes.RULE,
    pm201_ports_ignored.RULE,
    pm202_override_appends.RULE,
    pm203_repeated_entry.RULE,
    pm204_mode_without_swarm.RULE,
    pm301_unquoted_port.RULE,
    pm302_random_host_port.RULE,
    pm303_system_port.RULE,
    pm304_ephemeral_port.RULE,
    pm305_variable_without_default.RULE,
    pm306_huge_range.RULE,
    pm307_often_taken.RULE,
    pm308_leading_zero.RULE,
)


def find_rules(selector: str) -> list[Rule]:
    """The rules that `PM101`, `exposed-port`, `PM1` or `ALL` stands for. Raises InvalidInput."""
    wanted = selector.strip()
    upper = wanted.upper()
    if upper == "ALL":
        return list(RULES)
    found = [rule for rule in RULES if rule.id.startswith(upper) or rule.name == wanted.lower()]
    if not upper or not found:
        raise InvalidInput(f"{wanted!r} is not a rule of pmap check", hint=_nearest(wanted))
    return found


def rule_ids(selectors: Iterable[str]) -> set[str]:
    """The ids of all rules that the selectors stand for. Raises InvalidInput."""
    return {rule.id for selector in selectors for rule in find_rules(selector)}


def _nearest(wanted: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistyped rule needs it

    known = {rule.id.lower(): rule.id for rule in RULES} | {rule.name: rule.name for rule in RULES}
    close = get_close_matches(wanted.lower(), known, n=2, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(known[name] for name in close)}?"
    return f"the rules are {RULES[0].id} to {RULES[-1].id}, by id, name or start of an id"
