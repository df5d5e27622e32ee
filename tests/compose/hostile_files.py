"""Files that are meant to hurt, each by name. Run with a name and a path: read that file.

    python tests/compose/hostile_files.py NAME PATH

Writes the file, limits processor time and memory, reads it, and prints what came of it.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path

WEB = "services: {web: {image: x, ports: [80]}}\n"
SECONDS = 2
"""Of processor time, imports included; the wall clock of a busy machine says little."""
MEGABYTES = 200


def lists_of_aliases() -> str:
    first = "x-0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    rest = (f"x-{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    return first + "".join(rest) + WEB


def mappings_of_aliases() -> str:
    lines = ["x-0: &a0 {a: b}\n"]
    for level in range(1, 25):
        last = f"*a{level - 1}"
        lines.append(f"x-{level}: &a{level} {{p: {last}, q: {last}, r: {last}}}\n")
    return "".join(lines) + WEB


def merges_of_merges() -> str:
    lines = ["x-0: &a0 {k0: b}\n"]
    for level in range(1, 400):
        last = f"*a{level - 1}"
        lines.append(f"x-{level}: &a{level} {{<<: [{last}, {last}], k{level}: 1}}\n")
    return "".join(lines) + "services: {web: {<<: *a399, image: x, ports: [80]}}\n"


def chain_of_anchors() -> str:
    lines = [f"x-{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 20_000)]
    return "x-0: &a0 [1]\n" + "".join(lines) + WEB


def many_services_with_one_long_list() -> str:
    ports = ",".join(f"'{n}:{n}'" for n in range(1, 3000))
    services = "".join(f"  s{n}: {{image: x, ports: *p}}\n" for n in range(3000))
    return f"x-p: &p [{ports}]\nservices:\n{services}"


def services_that_extend_each_other() -> str:
    rest = (f"  s{n}: {{extends: s{n - 1}, ports: ['{n + 1}:80']}}\n" for n in range(1, 2000))
    return "services:\n  s0: {image: x, ports: ['1:1']}\n" + "".join(rest)


HOSTILE: dict[str, Callable[[], str | bytes]] = {
    "lists_of_aliases": lists_of_aliases,
    "mappings_of_aliases": mappings_of_aliases,
    "merges_of_merges": merges_of_merges,
    "chain_of_anchors": chain_of_anchors,
    "many_services_with_one_long_list": many_services_with_one_long_list,
    "services_that_extend_each_other": services_that_extend_each_other,
    "a_service_that_merges_all_services": lambda: "services: &s\n  web: {<<: *s}\n",
    "an_anchor_in_itself": lambda: "x: &x {<<: *x, a: *x}\n" + WEB,
    "deep_brackets": lambda: "x: " + "[" * 70_000 + "]" * 70_000,
    "deep_open_braces": lambda: "x: " + "[{a: " * 3000,
    "deep_indents": lambda: "".join(" " * n + "a:\n" for n in range(3000)),
    "deep_dashes": lambda: "- " * 100_000 + "a",
    "deep_keys": lambda: "? " * 100_000 + "a",
    "dense_list": lambda: "services:\n" + "- a\n" * 2_000_000,
    "dense_ports": lambda: "services: {web: {ports: [" + "80," * 190_000 + "80]}}",
    "long_number": lambda: "services: {web: {ports: ['" + "9" * 7_000_000 + "']}}",
    "many_variables": lambda: "services: {web: {ports: ['" + "${A}" * 900_000 + "']}}",
    "open_variables": lambda: "services: {web: {ports: ['" + "${A" * 100_000 + "']}}",
    "variables_with_defaults": lambda: "services: {web: {ports: ['" + "${A:-x}" * 30_000 + "']}}",
    "nested_variables": lambda: f"a: '{'${A:-' * 5000}80{'}' * 5000}'",
    "braces_in_a_default": lambda: f"a: '{'${A:-{' * 25_000}{'}' * 25_000}'",
    "colons": lambda: "services: {web: {ports: ['" + ":" * 100_000 + "']}}",
    "hundred_megabytes": lambda: "x" * 100_000_000,
    "bytes": lambda: bytes(range(256)) * 1000,
    "null_bytes": lambda: b"\0" * 1_000_000,
    "line_ends": lambda: "\n" * 8_000_000,
    "documents": lambda: WEB + f"---\n{WEB}" * 15_000,
    "two_full_ranges": lambda: WEB.replace("80", "'1-65535:1-65535','1-65535:1-65535/udp'"),
    "overlapping_ranges": lambda: WEB.replace(
        "80",
        ",".join([f"'{n}:{n}'" for n in range(1, 15_000)] + ["'1-65535:1-65535'"] * 100),
    ),
    "escapes": lambda: 'services: {web: {ports: ["' + "\\x41" * 1_000_000 + '"]}}',
    "unbalanced": lambda: "services: " + "]}" * 40_000,
    "tight_colons": lambda: "x: {" + "a:,b:," * 10_000 + "}\n" + WEB,
}


def main(name: str, path: Path) -> None:
    """Write, limit, read, tell."""
    content = HOSTILE[name]()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    del content
    from manager.compose.normal import normal_form
    from manager.compose.project import read_project
    from manager.errors import ComposeError

    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + SECONDS, int(used) + SECONDS + 1))
    # What the generator of the file has left behind is not the reader's.
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = held + MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        ports = normal_form(read_project([str(path)], env={}))
    except ComposeError as error:
        print(f"refused: {error.message}")
    else:
        print(f"read: {len(ports)}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
