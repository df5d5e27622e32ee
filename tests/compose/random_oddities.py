"""The rare ways to write a port: what people never write, and parsers disagree on."""

from __future__ import annotations

from random_projects import Generator

_PLAIN = (
    "22:22", "1:30:00", "190:20:30", "0x50:80", "1_000:80", "80:0x50", "8080:80_", "+80:80",
    "-80:80", "080:080", "0080", "00", "0x_50", "0x5G", "0o17", "0O17", "0o8", "0b11", "0B11",
    "+0x50", "-0x50", "1__0", "_80", "80_", "1e3", "1E3", "12e03", "80.", ".80", "80.0e0", "1.e2",
    "8080.0", ".inf", "-.inf", ".nan", "yes", "no", "on", "off", "y", "N", "True", "FALSE", "Null",
    "null", "~", "NULL", "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "-9223372036854775809", "4294967376", "99999999999999999999999999",
    "2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-1-1 1:1:1", "2001-13-01", "0-2", "80-",
    "65535-65535", "65536", "80-80", "81-80", "80/tcp", "80/SCTP", "80/tcp4", "80/udp/tcp", "<<",
    "=", "0.0.0.0:80:80", "127.0.0.1::80", "1.2.3.4:80", "a:b:c", "80:80:80", "::", ":::", ":80:",
    "80::80", "::1:80:80", "fe80::1:80:80", "80-81:80-81-82", "80:80-81/udp", "80\u00a0",
    "\uff18\uff10", "\u0668\u0660:80", "80:80/\u017fctp", "-0", "+0", "0x0", "0b0", "0o0",
    "00000000000000000000080", "80:00000000000000000000080", "1" * 30, "080-090", "1.2.3.4:8_0:80",
)  # fmt: skip
_GROUPS = ("0", "1", "::", "fe80", "FFFF", "0001", "00001", "g", "", "1.2.3.4", "a:b", "2001:db8")
_TAGS = (
    "!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!timestamp", "!", "!foo", "!a,b",
    "!<tag:yaml.org,2002:str>", "!<tag:yaml.org,2002:int>", "!!seq", "!!map", "!!merge", "!!set",
)  # fmt: skip
_VALUES = (
    "~", "null", "''", '""', '" "', "true", "no", "80", "-1", "0", "+80", "0x50", "0o120", "0120",
    "080", '"0x50"', '"080"', '" 80"', '"80 "', '"8_0"', '"+80"', '"-0"', '"\uff18\uff10"', "80.0",
    "80.5", "1e2", "8e1", ".8e2", "-0.0", ".inf", ".nan", "1_000", "22:22", "2001-01-01", "[]",
    "[80]", "{}", "{a: 80}", "65536", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30", '"1e2"',
    '"80.0"', '"80-82"', "80-82", '"80/udp"', '"${A}"', "${A}", '"${A:-81}"', "$A", '"$$80"',
    "!!str 80", '!!int "80"', "!!float 80", "!!binary ODA=", "! 80", "!foo 80", "!reset 80",
    "!override 80", "&v 80", "*one", '"\\x38\\u0030"', "'8''0'", "99999999999999999999999999",
    '"9223372036854775807"', '"9223372036854775808"', '"-1"', '"4294967376"', "x-y",
)  # fmt: skip
_FIELDS = ("target", "published", "host_ip", "protocol", "mode", "name", "app_protocol")
_KEYS = ("x-a", "x-", "X-a", "Target", "hostPort", '"target"', "'x-b'", "5", "~", "!!str target")


class Oddities(Generator):
    """Items and values that hardly anybody writes, mixed into whatever else is made."""

    def odd_address(self) -> str:
        count = self.random.randint(1, 9)
        text = ":".join(self.pick(*_GROUPS) for _ in range(count))
        text = text.replace("::::", "::")
        if self.chance(0.1):
            text += self.pick("%lo", "%25lo", "%", "/64")
        return f"[{text}]" if self.chance(0.6) else text

    def odd_short(self) -> str:
        kind = self.random.randint(0, 3)
        if kind == 0:
            return f"{self.odd_address()}:{self.port()}:{self.port()}"
        text = self.pick(*_PLAIN)
        if kind == 1:
            text = f"{text}:{self.port()}"
        elif kind == 2:
            text = f"{self.port()}:{text}"
        return text

    def odd_scalar(self) -> str:
        """An item that is a scalar, in block or flow style."""
        kind = self.random.randint(0, 9)
        if kind <= 3:
            return self.pick(*_PLAIN)
        if kind == 4:
            return f"{self.pick(*_TAGS)} {self.scalar(self.pick(*_PLAIN))}"
        if kind == 5:
            return self.pick(*_VALUES)
        return self.scalar(self.odd_short())

    def odd_long(self) -> str:
        fields = {"target": self.pick("80", "81", '"80"')}
        for _ in range(self.random.randint(1, 2)):
            fields[self.pick(*_FIELDS)] = self.pick(*_VALUES)
        if self.chance(0.2):
            fields[self.pick(*_KEYS)] = self.pick(*_VALUES)
        if self.chance(0.1):
            fields["host_ip"] = self.scalar(self.odd_address())
        pairs = list(fields.items())
        self.random.shuffle(pairs)
        if self.chance(0.05):
            pairs.append(self.random.choice(pairs))
        return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"

    def block(self, indent: str) -> str:
        """An item over several lines, which only a block list can hold."""
        text = self.pick("8080:80", "80", "127.0.0.1:80:80", "", "80 81", "22:22")
        inner = f"{indent}    "
        return self.pick(
            f"|-\n{inner}{text}",
            f"|\n{inner}{text}",
            f">-\n{inner}{text}",
            f">+\n{inner}{text}\n",
            f"'{text}\n{inner}'",
            f'"{text[:2]}\\\n{inner}{text[2:]}"',
            f"{text[:4]}\n{inner}{text[4:]}",
            f"target: 80\n{indent}  published: {self.pick(*_VALUES[:12])}",
            f"? target\n{indent}  : 80",
            "",
            "# nothing",
            f"- {text}",
            f"&b{self.random.randint(1, 9)} {self.scalar(text)}",
        )

    def odd_list(self, indent: str) -> str:
        """A whole `ports:` key of odd items; the file then has `one` as an anchor."""
        kind = self.random.randint(0, 9)
        if kind == 0:
            return f"{indent}ports: {self.pick(*_VALUES)}\n"
        lines = []
        for _ in range(self.random.randint(1, 2)):
            if self.chance(0.25):
                lines.append(f"{indent}- {self.block(indent)}\n")
            else:
                item = self.odd_long() if self.chance(0.5) else self.odd_scalar()
                lines.append(f"{indent}- {item}\n")
        if self.chance(0.3):
            lines.append(self.random.choice(lines))
        if self.chance(0.3):
            lines.append(f"{indent}- {self.item()}\n")
        return f"{indent}ports:\n" + "".join(lines)
