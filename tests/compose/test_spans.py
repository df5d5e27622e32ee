"""Every part of every entry is found in the file again, to the character."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from manager.compose.values import PortParts, Project

Reader = Callable[..., Project]
NAMES = ("host_ip", "published", "target", "protocol", "mode", "name", "app_protocol")


def marked(read: Reader, item: str, before: str = "") -> dict[str, str]:
    """The text under each part of the only entry; "item" for the whole."""
    text = f"{before}services:\n  web:\n    image: app\n    ports:\n      - {item}\n"
    project = read(text)
    (entry,) = project.services[0].entries
    (source,) = project.sources.values()

    def under(part: str) -> str | None:
        found = entry.parts.get(part)
        return None if found is None else source.text[found.span.start : found.span.end]

    parts = {name: part for name in NAMES if (part := under(name)) is not None}
    return {"item": source.text[entry.span.start : entry.span.end], **parts}


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        ("80", {"item": "80", "target": "80"}),
        (
            '"127.0.0.1:8080:80/tcp" # note',
            {
                "item": '"127.0.0.1:8080:80/tcp"',
                "host_ip": "127.0.0.1",
                "published": "8080",
                "target": "80",
                "protocol": "tcp",
            },
        ),
        (
            "'[::1]::80'",
            {"item": "'[::1]::80'", "host_ip": "[::1]", "published": "", "target": "80"},
        ),
        (
            '"${IP}:${P:-8080}:80"',
            {
                "item": '"${IP}:${P:-8080}:80"',
                "host_ip": "${IP}",
                "published": "${P:-8080}",
                "target": "80",
            },
        ),
        (
            "${P:-1:2}:80",
            {"item": "${P:-1:2}:80", "host_ip": "${P:-1:2}", "published": "${P:-1:2}"},
        ),
        ("!!str 8080:80", {"item": "!!str 8080:80", "published": "8080", "target": "80"}),
        ("&a '8080:80'", {"item": "&a '8080:80'", "published": "8080", "target": "80"}),
        ('"8080:\\u0038\\u0030"', {"published": '"8080:\\u0038\\u0030"'}),
        (
            "{target: 80, published: '8080', host_ip: 127.0.0.1, mode: host}",
            {"target": "80", "published": "8080", "host_ip": "127.0.0.1", "mode": "host"},
        ),
        (
            'target: 80\n        published: "8080" # note\n        name: web\n',
            {
                "item": 'target: 80\n        published: "8080" # note\n        name: web',
                "name": "web",
            },
        ),
        ("|\n        8080:80\n", {"item": "|\n        8080:80", "published": "|\n        8080:80"}),
    ],
)
def test_parts(read: Reader, item: str, parts: dict[str, str]) -> None:
    found = marked(read, item)
    assert {name: found[name] for name in parts} == parts


@pytest.mark.parametrize("before", ["# \U0001f600 \u00e9\n", "\ufeff", "\r\n\r\n"])
def test_what_stands_before_does_not_shift_anything(read: Reader, before: str) -> None:
    found = marked(read, '"8080:80"', before)
    assert (found["item"], found["published"], found["target"]) == ('"8080:80"', "8080", "80")


def test_lines_and_columns_count_from_one(read: Reader) -> None:
    project = read("services:\r\n  web:\r\n    ports: ['8080:80']\r\n")
    (entry,) = project.services[0].entries
    published = entry.parts.published
    assert published is not None
    span = published.span
    assert (span.line, span.column, span.end_line, span.end_column) == (3, 14, 3, 18)


def test_a_variable_is_found(read: Reader) -> None:
    project = read("services: {web: {ports: ['80${A}:${B:-80}']}}\n")
    (entry,) = project.services[0].entries
    (source,) = project.sources.values()
    spans = [(v.name, source.text[v.span.start : v.span.end]) for v in entry.variables]
    assert spans == [("A", "${A}"), ("B", "${B:-80}")]


def test_parts_by_name() -> None:
    assert PortParts().get("host_ip") is None
    assert PortParts().get("no such part") is None
