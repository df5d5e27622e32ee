"""ufw's own files: whether it is on, what it does by default, and what it allows.

Read from /etc/ufw and /etc/default/ufw, which hold what `ufw status` prints, without starting a
program. Rules are for root's eyes alone.
"""

from __future__ import annotations

import re
from pathlib import Path

from manager.model.firewall import Ufw

ETC = Path("/etc")

_POLICY = {"drop": "deny", "reject": "reject", "accept": "allow"}
_TUPLE = re.compile(r"^### tuple ### (.+)$", re.MULTILINE)


def read_ufw(etc: Path = ETC) -> Ufw | None:
    """ufw's configuration, None where it is not installed."""
    configuration = _text(etc / "ufw" / "ufw.conf")
    if configuration is None:
        return None
    enabled = _setting(configuration, "ENABLED").lower() == "yes"
    default = _setting(_text(etc / "default" / "ufw") or "", "DEFAULT_INPUT_POLICY").lower()
    return Ufw(enabled, _POLICY.get(default, default or "deny"), _rules(etc / "ufw"))


def _rules(folder: Path) -> tuple[str, ...] | None:
    texts = [_text(folder / name) for name in ("user.rules", "user6.rules")]
    if texts[0] is None:
        return None
    found = (rule_text(m) for text in texts if text for m in _TUPLE.findall(text))
    return tuple(dict.fromkeys(found))


def rule_text(fields: str) -> str:
    """One rule as ufw's command line would say it.

    `allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in` is `allow 22/tcp`: action, protocol, port and
    address to, port and address from, direction.
    """
    words = fields.split()
    if len(words) < 6:
        return fields
    action, protocol, port, to, _, source = words[:6]
    anywhere = {"0.0.0.0/0", "::/0"}
    target = port if protocol == "any" else f"{port}/{protocol}"
    text = f"{action} {target}"
    if to not in anywhere:
        text += f" to {to}"
    if source not in anywhere:
        text += f" from {source}"
    # `in` may name the interface, in_eth0.
    interface = words[-1].partition("_")[2]
    return f"{text} on {interface}" if interface else text


def _setting(text: str, key: str) -> str:
    match = re.search(rf'^\s*{key}\s*=\s*"?([^"\s#]*)', text, re.MULTILINE)
    return match[1] if match else ""


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
