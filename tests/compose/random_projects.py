"""Random compose projects for differential.py: mostly valid, with every form that matters."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

VARIABLES = ("A", "B", "C", "D", "E", "IP", "PROTO")
VALUES = ("80", "8080", "", "9000-9002", "127.0.0.1", "udp", "tcp", "x", "0", "08080")
ADDRESSES = (
    "127.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "::1",
    "[127.0.0.1]",
    "[]",
    "10.1.2.3",
    "[::ffff:127.0.0.1]",
    "2001:db8::1",
    "[0:0:0:0:0:0:0:1]",
)
BAD_ADDRESSES = (
    "localhost",
    "127.1",
    "[::1",
    "::1]",
    "[::1%lo]",
    "256.1.1.1",
    "1.2.3.04",
    "[[::1]]",
    "[]]",
    "web",
    "*",
    "1:2:3:4:5:6:7:8:9",
    "::ffff:1.2.3",
)
NUMBERS = (
    "80",
    "8080",
    "0x50",
    "0o120",
    "0120",
    "1_000",
    "0b1010000",
    "+80",
    "8_0",
    "65535",
    "443",
    "-0",
    "0X1F",
)
BAD_NUMBERS = ("080", "80.0", "1e2", "0", "65536", "-1", "true", "~", "2001-01-01", ".5", "0b2")


@dataclass
class Sample:
    """A project: its files, the environment, and the arguments of compose."""

    files: dict[str, str | bytes] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    env_files: list[str] = field(default_factory=list)


class Generator:
    """Makes samples out of one random source."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        # How often something is wrong; most samples hold nothing wrong at all.
        self.wrong = 0.0

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def bad(self) -> bool:
        return self.chance(self.wrong)

    # -- texts of the short syntax

    def port(self) -> str:
        if self.bad():
            return self.pick(
                "", "x", "65536", "0", "80 ", "-1", "1_0", "\uff10", "8e1", "+80", "80#"
            )
        number = self.random.choice((80, 81, 443, 8080, 8081, 9000, self.random.randint(1, 65535)))
        return f"{number:05d}" if self.chance(0.05) else str(number)

    def range(self, length: int | None = None) -> str:
        length = length or self.random.randint(1, 12)
        start = self.random.choice((8, 95, 996, 3000, 3001, 8080, 9995, 65000))
        end = start + length - 1
        if self.bad():
            return self.pick(f"{end}-{start - 1}", f"{start}-", f"-{end}", f"{start}--{end}")
        tail = f"-{self.port()}" if self.chance(0.05) else ""
        return f"{start}-{end}{tail}"

    def address(self) -> str:
        return self.random.choice(BAD_ADDRESSES if self.bad() else ADDRESSES)

    def short(self) -> str:
        kind = self.random.randint(0, 9)
        if kind <= 2:
            text = f"{self.port()}:{self.port()}"
        elif kind == 3:
            text = self.port()
        elif kind == 4:
            text = f"{self.address()}:{self.port()}:{self.port()}"
        elif kind == 5:
            text = f"{self.address()}::{self.port()}"
        elif kind == 6:
            length = self.random.randint(1, 12)
            text = f"{self.range(length)}:{self.range(length)}"
        elif kind == 7:
            text = f"{self.range()}:{self.port()}"
        elif kind == 8:
            text = self.range()
        else:
            text = self.pick("::80", ":80", "::1", "80-80:81", "[::]::80-82", ":81-82")
        if self.chance(0.25):
            text += self.pick("/tcp", "/udp", "/sctp", "/TCP", "/Udp", "/")
        if self.bad():
            text += self.pick("/http", "//", ":", "/udp/", " ", "/tcp udp", "\t")
        return text

    # -- variables

    def word(self, depth: int = 0) -> str:
        return (
            self.variable(depth + 1) if depth < 3 and self.chance(0.3) else self.pick(*VALUES[:6])
        )

    def variable(self, depth: int = 0) -> str:
        name = self.pick(*VARIABLES)
        if self.bad():
            return self.pick("${", "${1}", "${}", "$", "${A", "${A:=b}", "${A b}", "$1", "${A-${B}")
        kind = self.random.randint(0, 9)
        if kind == 0:
            return f"${name}"
        if kind == 1:
            return f"${{{name}}}"
        if kind <= 6:
            return f"${{{name}{self.pick(':-', '-')}{self.word(depth)}}}"
        if kind == 7:
            return f"${{{name}{self.pick(':+', '+')}{self.word(depth)}}}"
        if kind == 8 and self.chance(0.4):
            return f"${{{name}{self.pick(':?', '?')}{self.pick('', 'needed', '$B')}}}"
        return f"${{{name}:-80}}"

    def varied(self, text: str) -> str:
        """A text with some of its parts replaced by variables."""
        if not self.chance(0.2):
            return text
        parts = text.split(":")
        index = self.random.randrange(len(parts))
        if self.chance(0.7):
            parts[index] = f"${{{self.pick(*VARIABLES)}:-{parts[index]}}}"
        else:
            parts[index] = self.variable()
        return ":".join(parts) + ("$$" if self.bad() else "")

    # -- scalars and items

    def scalar(self, text: str) -> str:
        """The text in some style of YAML that can hold it."""
        kind = self.random.randint(0, 9)
        plain = bool(text) and text[0] not in "[]{}*&!|>%@`\"',#?:- " and ": " not in text
        plain = plain and " #" not in text and "\t" not in text and not text.endswith((":", " "))
        if kind <= 3 and plain and not set(text) & set("{}[],"):
            return text
        if kind <= 6:
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
        if kind == 7 and text:
            return '"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"'
        return "'" + text.replace("'", "''") + "'"

    def tagged(self, text: str) -> str:
        if self.chance(0.04):
            tags = ("!!str", "!foo", "!", "!!int", "!!float", "!override", "!reset")
            return f"{self.pick(*tags)} {text}"
        return text

    def long(self) -> str:
        fields: dict[str, str] = {"target": self.number()}
        if self.chance(0.8):
            fields["published"] = self.published()
        if self.chance(0.3):
            fields["host_ip"] = self.scalar(
                self.address() if self.bad() else self.pick("127.0.0.1", "::1", "0.0.0.0", "::")
            )
        if self.chance(0.3):
            fields["protocol"] = self.scalar(self.pick("tcp", "udp", "TCP", "http", "", "sctp"))
        if self.chance(0.2):
            fields["mode"] = self.scalar(self.pick("host", "ingress", "bogus", ""))
        if self.chance(0.2):
            fields["name"] = self.scalar(self.pick("web", "a b", "", "ü"))
        if self.chance(0.1):
            fields["app_protocol"] = self.scalar(self.pick("http", "h2"))
        if self.chance(0.1):
            fields["x-note"] = self.pick("1", "[a, b]", "{a: b}")
        if self.bad():
            key = self.pick("target", "published", "host_ip", "protocol", "mode", "name", "foo")
            fields[key] = self.pick("~", "5", "true", "1.5", "[]", "''", "2001-01-01", "x", "{}")
        if self.bad():
            fields.pop("target", None)
        names = list(fields)
        self.random.shuffle(names)
        return "{" + ", ".join(f"{name}: {fields[name]}" for name in names) + "}"

    def number(self) -> str:
        kind = self.random.randint(0, 9)
        if kind <= 4:
            return str(self.random.choice((80, 81, 8080, 443)))
        if kind == 5:
            return f'"{self.pick("80", "081", "8080", "+81")}"'
        if kind == 6:
            return f'"{self.varied("80")}"'
        if kind == 7 and self.bad():
            return self.pick(
                "80-82", '"80/udp"', "-80", "abc", "80.5", '""', "99999999999999999999"
            )
        return self.pick("80", "80.0", "0120", "0", "70000", "4294967376", "1e2", "0x50")

    def published(self) -> str:
        kind = self.random.randint(0, 9)
        if kind <= 2:
            return self.pick("8080", "80", "0x1F90", "017620", "1_000")
        if kind <= 5:
            return self.scalar(self.pick("8080", "80", "08080", "8080-8085", "", "0"))
        if kind == 6:
            return f'"{self.varied("8080")}"'
        return self.pick('"abc"', '"8080/udp"', "-1", "70000", '"8085-8080"', '"8080:80"', '"0-2"')

    def item(self) -> str:
        kind = self.random.randint(0, 99)
        if kind < 60:
            return self.tagged(self.scalar(self.varied(self.short())))
        if kind < 70:
            return self.tagged(self.pick(*(BAD_NUMBERS if self.bad() else NUMBERS)))
        if kind < 97:
            return self.tagged(self.long())
        return self.tagged(self.scalar(self.variable()))

    def items(self, most: int = 4) -> list[str]:
        return [self.item() for _ in range(self.random.randint(0, most))]
