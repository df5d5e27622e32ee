"""Every rule, and how rules are named: by id, by name, or by the start of an id."""

from __future__ import annotations

from collections.abc import Iterable

from manager.compose.rule import Rule
from manager.errors import InvalidInput
from manager.model.finding import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.facts import Fact


def _error(rule_id: str, name: str, *facts: Fact, narrows: str = "") -> Rule:
    return Rule(rule_id, name, Severity.ERROR, frozenset(facts), narrows=narrows)


def _warning(rule_id: str, name: str, *facts: Fact, compares: bool = False) -> Rule:
    return Rule(rule_id, name, Severity.WARNING, frozenset(facts), compares)


def _info(rule_id: str, name: str, *facts: Fact) -> Rule:
    return Rule(rule_id, name, Severity.INFO, frozenset(facts))


RULES: tuple[Rule, ...] = (
    _error("PM001", "invalid-port", "errors", "problems"),
    _error("PM002", "port-out-of-range", "errors", "long"),
    _error("PM003", "unknown-protocol", "errors", "long"),
    _error("PM004", "host-port-conflict", "several"),
    _error("PM005", "too-few-host-ports", "replicas"),
    _error("PM006", "ports-on-shared-network", "unpublished"),
    _error("PM007", "duplicate-key", "problems"),
    _error("PM008", "unset-variable", "errors", "variables"),
    _warning("PM009", "project-conflict", compares=True),
    _error("PM010", "unreadable", "problems"),
    _error("PM101", "exposed-port", "entries"),
    _error("PM102", "exposed-service", "entries", narrows="PM101"),
    _error("PM103", "unset-variable-exposes", "variables", narrows="PM101"),
    _warning("PM201", "ports-ignored", "unpublished"),
    _warning("PM202", "override-appends", "overriding"),
    _warning("PM203", "repeated-entry", "several", "repeated"),
    _info("PM204", "mode-without-swarm", "long"),
    _warning("PM301", "unquoted-port", "plain"),
    _info("PM302", "random-host-port", "entries"),
    _info("PM303", "system-port", "entries"),
    _warning("PM304", "ephemeral-port", "entries"),
    _info("PM305", "variable-without-default", "variables"),
    _warning("PM306", "huge-range", "entries"),
    _info("PM307", "often-taken", "entries"),
    _warning("PM308", "leading-zero", "entries"),
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
