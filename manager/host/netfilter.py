"""The kernel's packet filter as iptables-save and `nft -j list ruleset` print it.

Sources: iptables-save(8), libnftables-json(5). Pure parsing; what is not understood is shown as
it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain: its family and table, its policy (accept, drop, or "" for none), its rules."""

    family: str
    table: str
    name: str
    policy: str = ""
    rules: tuple[str, ...] = ()
    hook: str = ""


def parse_iptables_save(text: str, family: str = "ip") -> tuple[Chain, ...]:
    """The chains in the output of iptables-save, or of ip6tables-save with family ip6."""
    policies: dict[tuple[str, str], str] = {}
    rules: dict[tuple[str, str], list[str]] = {}
    table = ""
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.startswith("*"):
            table = word[1:]
        elif word.startswith(":"):
            policy = rest.split(" ", 1)[0].lower()
            policies[table, word[1:]] = "" if policy == "-" else policy
        elif word == "-A":
            chain, _, rule = rest.partition(" ")
            rules.setdefault((table, chain), []).append(rule)
            policies.setdefault((table, chain), "")
    return tuple(
        Chain(
            family,
            table,
            name,
            policy,
            tuple(rules.get((table, name), ())),
            # A built-in chain is its hook, and no other chain has a policy.
            name.lower() if policy else "",
        )
        for (table, name), policy in policies.items()
    )


def parse_nft_json(text: str) -> tuple[Chain, ...]:
    """The chains in the output of `nft -j list ruleset`. Raises ValueError when it is no JSON."""
    content = json.loads(text)
    items = content.get("nftables") if isinstance(content, dict) else None
    chains: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    rules: dict[tuple[str, str, str], list[str]] = {}
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        if isinstance(chain := item.get("chain"), dict):
            chains[_key(chain, "name")] = chain
        elif isinstance(rule := item.get("rule"), dict):
            rules.setdefault(_key(rule, "chain"), []).append(_rule_text(rule.get("expr")))
    return tuple(
        Chain(
            *key,
            policy=str(chain.get("policy") or ""),
            rules=tuple(rules.get(key, ())),
            hook=str(chain.get("hook") or ""),
        )
        for key, chain in chains.items()
    )


def _key(item: Mapping[str, Any], name: str) -> tuple[str, str, str]:
    family, table, chain = (str(item.get(key, "")) for key in ("family", "table", name))
    return family, table, chain


def _rule_text(expressions: Any) -> str:
    if not isinstance(expressions, list):
        return ""
    texts = (_expression(e) for e in expressions if isinstance(e, dict))
    return " ".join(text for text in texts if text)


def _expression(expression: Mapping[str, Any]) -> str:
    """One expression as nft would write it, nearly; counters are left out.

    What iptables added of its own (`xt`) has no text: that there is a condition must be seen.
    """
    for key, value in expression.items():
        if key in {"counter", "xt"}:
            return "" if key == "counter" else key
        if key == "match" and isinstance(value, dict):
            operator = "" if value.get("op") in {"==", "in"} else str(value.get("op", ""))
            parts = (_operand(value.get("left")), operator, _operand(value.get("right")))
            return " ".join(part for part in parts if part)
        if key in {"jump", "goto"} and isinstance(value, dict):
            return f"{key} {value.get('target', '')}"
        return key if value is None else f"{key} {_operand(value)}".strip()
    return ""


_OPERANDS = {
    "payload": "{protocol} {field}",
    "meta": "{key}",
    "ct": "ct {key}",
    "prefix": "{addr}/{len}",
    "range": "",
    "set": "",
}


class _Blank(dict[str, Any]):
    """Fields of an operand, empty where there is none."""

    def __missing__(self, key: str) -> str:
        return ""


def _operand(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_operand, value))
    if not isinstance(value, dict):
        return str(value)
    for key, text in _OPERANDS.items():
        if key in value:
            inner = value[key]
            return (
                text.format_map(_Blank(inner)) if isinstance(inner, dict) else _listed(key, inner)
            )
    return json.dumps(value, separators=(",", ":"))


def _listed(key: str, inner: Any) -> str:
    texts = [_operand(part) for part in inner] if isinstance(inner, list) else [_operand(inner)]
    return "-".join(texts) if key == "range" else f"{{ {', '.join(texts)} }}"


def rules_of(chains: Iterable[Chain], name: str) -> tuple[str, ...] | None:
    """The rules of every filter chain of that name, None when there is no such chain.

    A bare return, which engines put at the end of DOCKER-USER, is no rule.
    """
    named = [c for c in chains if c.name == name and c.table == "filter"]
    if not named:
        return None
    bare = {"-j RETURN", "return"}
    return tuple(rule for chain in named for rule in chain.rules if rule not in bare)
