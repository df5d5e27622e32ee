"""Whole projects: where each entry came from, what was dropped, what stays unknown."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.compose.values import (
    UNKNOWN,
    OriginKind,
    PortEntry,
    ProblemKind,
    Project,
    Syntax,
)
from manager.errors import ComposeError
from manager.model.ports import PortRange

Reader = Callable[..., Project]
BASE = "services:\n  web:\n    image: app\n    ports:\n"


def entries(project: Project, service: str = "web") -> tuple[PortEntry, ...]:
    found = project.service(service)
    assert found is not None
    return found.entries


def published(project: Project, service: str = "web") -> list[str]:
    return [str(e.published) for e in entries(project, service)]


def kinds(project: Project) -> list[ProblemKind]:
    return [problem.kind for problem in project.problems if problem.fatal]


def test_an_override_appends_and_says_so(read: Reader) -> None:
    project = read(
        {
            "compose.yaml": f'{BASE}      - "8080:80"\n',
            "compose.override.yaml": "services: {web: {ports: ['9090:80']}}\n",
        }
    )
    first, second = entries(project)
    assert (first.origin.kind, first.origin.layer) == (OriginKind.BASE, 0)
    assert (second.origin.kind, second.origin.layer) == (OriginKind.OVERRIDE, 1)
    assert os.path.basename(second.file) == "compose.override.yaml"


@pytest.mark.parametrize(
    ("over", "left", "dropped"),
    [
        ("!reset []", [], 1),
        ("!reset [9090:80]", [], 1),
        ("!override [9090:80]", ["9090"], 1),
        ("[]", ["8080"], 0),
        ("", ["8080"], 0),
    ],
)
def test_what_is_reset_is_gone(read: Reader, over: str, left: list[str], dropped: int) -> None:
    project = read(
        {
            "compose.yaml": f'{BASE}      - "8080:80"\n',
            "compose.override.yaml": f"services:\n  web:\n    ports: {over}\n",
        }
    )
    assert published(project) == left
    service = project.service("web")
    assert service is not None
    assert len(service.dropped) == dropped


def test_what_is_reset_was_still_read_by_compose(read: Reader) -> None:
    project = read(
        {
            "compose.yaml": f"{BASE}      - nonsense\n",
            "compose.override.yaml": "services: {web: {ports: !reset []}}\n",
        }
    )
    assert entries(project) == ()
    with pytest.raises(ComposeError, match="no container port"):
        normal_form(project)


def test_a_repeated_entry_is_told_with_the_one_that_stays(read: Reader) -> None:
    project = read(f'{BASE}      - "8080:80"\n      - 8080:80\n      - "8080:80/tcp"\n')
    service = project.service("web")
    assert service is not None
    assert [entry.span.line for entry in service.entries] == [7]
    assert [(r.entry.span.line, r.by.span.line) for r in service.repeated] == [(5, 6), (6, 7)]


def test_a_number_and_its_text_are_two_entries(read: Reader) -> None:
    project = read(f'{BASE}      - {{target: 80, published: 8080}}\n      - "8080:80"\n')
    assert [entry.syntax for entry in entries(project)] == [Syntax.LONG, Syntax.SHORT]


def test_extends_tells_the_way(read: Reader) -> None:
    project = read(
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: b/base.yaml, service: base}\n",
            "b/base.yaml": "services:\n  base: {image: app, ports: ['8080:80'], scale: 2}\n",
        }
    )
    (entry,) = entries(project)
    assert entry.service == "web"
    assert entry.origin.kind is OriginKind.EXTENDS
    assert [place.span.line for place in entry.origin.via] == [3]
    assert os.path.basename(entry.file) == "base.yaml"
    service = project.service("web")
    assert service is not None
    assert service.replicas == 2
    assert len(project.sources) == 2


def test_include_tells_the_way(read: Reader) -> None:
    project = read(
        {
            "compose.yaml": "include: [db/compose.yaml]\nservices: {web: {image: app}}\n",
            "db/compose.yaml": "services: {db: {image: pg, ports: ['${P}:5432']}}\n",
            "db/.env": "P=6000\n",
        }
    )
    (entry,) = entries(project, "db")
    assert entry.origin.kind is OriginKind.INCLUDE
    assert [place.span.column for place in entry.origin.via] == [11]
    assert entry.published == PortRange.of(6000)


def test_an_anchor_is_told(read: Reader) -> None:
    project = read(
        "x-ports: &p ['8080:80']\nx-base: &b\n  ports: ['81:81']\n"
        "services:\n  web:\n    image: a\n    ports: *p\n  db:\n    image: a\n    <<: *b\n"
    )
    (web,) = entries(project)
    (db,) = entries(project, "db")
    assert web.span.line == 1
    assert web.origin.alias is not None
    assert web.origin.alias.span.line == 7
    assert db.origin.alias is not None
    assert db.origin.alias.span.line == 10


@pytest.mark.parametrize(
    ("item", "host_ip", "host_ports", "target"),
    [
        ("${IP}:5432:5432", UNKNOWN, PortRange.of(5432), PortRange.of(5432)),
        ("${PORT}:80", None, UNKNOWN, PortRange.of(80)),
        ("8080:${PORT}", None, PortRange.of(8080), UNKNOWN),
        ("${ALL}", UNKNOWN, UNKNOWN, UNKNOWN),
        ("${IP:-127.0.0.1}:80:80", ip_address("127.0.0.1"), PortRange.of(80), PortRange.of(80)),
        ("{target: 80, host_ip: '${IP}'}", UNKNOWN, None, PortRange.of(80)),
        ("{target: '${T}', published: 80}", None, PortRange.of(80), UNKNOWN),
        ("{target: 80, published: '${P}'}", None, UNKNOWN, PortRange.of(80)),
        ("::ffff:127.0.0.1:80:80", ip_address("127.0.0.1"), PortRange.of(80), PortRange.of(80)),
        ("0:80", None, None, PortRange.of(80)),
    ],
)
def test_what_nobody_knows_is_unknown(
    read: Reader, item: str, host_ip: object, host_ports: object, target: object
) -> None:
    (entry,) = entries(read(f"{BASE}      - {item}\n"))
    assert entry.host_ip == host_ip
    assert entry.published == host_ports
    assert entry.target == target


def test_an_unset_address_is_public_to_compose_and_unknown_to_us(read: Reader) -> None:
    project = read(f'{BASE}      - "${{IP}}:5432:5432"\n')
    assert [port["host_ip"] for port in normal_form(project)] == [""]
    (entry,) = entries(project)
    assert entry.host_ip is UNKNOWN
    assert [(v.name, v.unset) for v in entry.variables] == [("IP", True)]
    assert [p.kind for p in project.problems] == [ProblemKind.UNSET_VARIABLE]


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ("services: [\n", ProblemKind.YAML),
        ("services: {web: {image: a, image: b}}\n", ProblemKind.DUPLICATE_KEY),
        ("services: {web: {image: a, 5: b}}\n", ProblemKind.YAML),
        ("x-a: &a [*a]\nservices: {}\n", ProblemKind.CYCLE),
        ("services: {a: {extends: b}, b: {extends: a}}\n", ProblemKind.CYCLE),
        ("include: [compose.yaml]\nservices: {}\n", ProblemKind.CYCLE),
        ("include: [none.yaml]\nservices: {}\n", ProblemKind.MISSING_INCLUDE),
        ("include: [oci://x/y]\nservices: {}\n", ProblemKind.MISSING_INCLUDE),
        ("services: {a: {extends: {file: no.yaml, service: a}}}\n", ProblemKind.MISSING_EXTENDS),
        ("services: {a: {extends: none}}\n", ProblemKind.MISSING_EXTENDS),
        ("services: {a: {image: '${A:?needed}'}}\n", ProblemKind.REQUIRED_VARIABLE),
        ("services: {a: {image: '${'}}\n", ProblemKind.INVALID_VARIABLE),
        ("services: {a: {image: x, ports: 80}}\n", ProblemKind.WRONG_TYPE),
        ("services: {a: {image: x, ports: }}\n", ProblemKind.WRONG_TYPE),
        ("services: {a: }\n", ProblemKind.WRONG_TYPE),
        ("services:\n", ProblemKind.WRONG_TYPE),
        ("services: {a: {image: x, prots: [80]}}\n", ProblemKind.WRONG_TYPE),
        ("services: {a: {image: x, Ports: [80]}}\n", ProblemKind.WRONG_TYPE),
        ("web: {image: x, ports: ['80:80']}\n", ProblemKind.WRONG_TYPE),
        ("version: 3\nservices: {}\n", ProblemKind.WRONG_TYPE),
        ("services: {a: {image: x, scale: many}}\n", ProblemKind.INVALID_VALUE),
        ("", ProblemKind.WRONG_TYPE),
        (b"\x80abc", ProblemKind.UNREADABLE),
        (b"services:\x00", ProblemKind.UNREADABLE),
        ({"compose.yaml": "services: {}\n", ".env": "A?=1\n"}, ProblemKind.ENV_FILE),
        (
            {
                "compose.yaml": "include: [b.yaml]\nservices: {a: {image: x, ports: [80]}}\n",
                "b.yaml": "services: {a: {image: y}}\n",
            },
            ProblemKind.REDEFINED,
        ),
    ],
)
def test_what_stands_in_the_way_is_told(read: Reader, files: object, kind: ProblemKind) -> None:
    project = read(files)
    assert kind in kinds(project)
    with pytest.raises(ComposeError) as caught:
        normal_form(project)
    assert caught.value.file


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {ports: ['8080:80']}}\n",
        "services: {web: {image: a, env_file: none.env, ports: ['8080:80']}}\n",
        "services: {web: {image: a, networks: [none], ports: ['8080:80']}}\n",
        "services: {web: {image: a, depends_on: [none], ports: ['8080:80']}}\n",
        "services: {web: {image: a, unknown: 1, ports: ['8080:80']}}\nvolumes:\n",
    ],
)
def test_reads_on_where_compose_stops_for_another_reason(read: Reader, text: str) -> None:
    assert [port["published"] for port in normal_form(read(text))] == ["8080"]


def test_one_bad_service_does_not_hide_the_others(read: Reader) -> None:
    project = read("services: {web: {image: a, ports: ['8080:80']}, b: 5, c: {ports: ['x']}}\n")
    assert published(project) == ["8080"]
    assert [entry.error is not None for entry in entries(project, "c")] == [True]


def test_the_facts_of_a_service(read: Reader) -> None:
    project = read(
        "services:\n  web:\n    image: 'app:${TAG:-1}'\n    container_name: w\n"
        "    network_mode: ${MODE:-host}\n    profiles: [a, b]\n    deploy: {replicas: 3}\n"
        "    depends_on: {db: {condition: service_started}}\n    ports: [80]\n"
        "  db:\n    networks: [back]\n    scale: ${N}\n"
    )
    web, db = project.services
    assert web.image is not None
    assert web.image.text == "app:1"
    assert web.container_name is not None
    assert web.container_name.text == "w"
    assert web.network_mode is not None
    assert web.network_mode.value == "host"
    assert web.profiles == ("a", "b")
    assert web.replicas == 3
    assert web.depends_on == ("db",)
    assert web.keys["ports"].span.line == 9
    assert web.place.span.line == 2
    assert not web.enabled(())
    assert web.enabled(("b",))
    assert web.enabled(("*",))
    assert db.networks == ("back",)
    assert db.replicas is UNKNOWN


def test_the_facts_of_a_network(read: Reader) -> None:
    name = "com.docker.network.bridge.host_binding_ipv4"
    project = read(
        {
            "compose.yaml": "services: {}\nnetworks:\n  a: {internal: true}\n  b:\n"
            f"    driver: bridge\n    driver_opts: {{{name}: 127.0.0.1}}\n"
            "  c: {external: true}\n  d: {internal: '${X}'}\n  e:\n",
            "compose.override.yaml": "networks: {a: {internal: 'no'}, e: {internal: 'yes'}}\n",
        }
    )
    found = project.networks
    assert [found[n].internal for n in "abcde"] == [False, False, False, UNKNOWN, True]
    assert found["b"].host_binding == ip_address("127.0.0.1")
    assert found["b"].driver == "bridge"
    assert found["c"].external is True


def test_profiles_come_from_the_command_line_then_the_environment(read: Reader) -> None:
    text = "services: {web: {image: a, profiles: [dev], ports: [80]}}\n"
    assert normal_form(read(text)) == []
    assert len(normal_form(read(text, env={"COMPOSE_PROFILES": "x, dev"}))) == 1
    assert normal_form(read(text, env={"COMPOSE_PROFILES": "dev"}, profiles=["prod"])) == []
    assert len(normal_form(read({"compose.yaml": text, ".env": "COMPOSE_PROFILES=dev\n"}))) == 1


def test_the_name(read: Reader) -> None:
    assert read("services: {}\n").name == "stack"
    assert read("name: My.App\nservices: {}\n").name == "myapp"
    assert read("name: a\nservices: {}\n", env={"COMPOSE_PROJECT_NAME": "b"}).name == "b"
    text = "name: app-1\nservices: {web: {image: '${COMPOSE_PROJECT_NAME}'}}\n"
    service = read(text).service("web")
    assert service is not None
    assert service.image is not None
    assert service.image.text == "app-1"


def test_texts_are_taken_instead_of_files(read: Reader) -> None:
    project = read(f'{BASE}      - "8080:80"\n')
    (path,) = project.files
    source = project.sources[path]
    edited = type(source)(path, source.text.replace("8080", "9090"))
    again = read_project([path], env={}, texts={path: edited})
    assert published(again) == ["9090"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(read: Reader, encoding: str) -> None:
    text = f'{BASE}      - "8080:80" # \u00e9\r\n'
    content = text.encode(encoding)
    project = read(content)
    if encoding == "utf-16-le":
        assert kinds(project)
        return
    (source,) = project.sources.values()
    assert source.text == text
    assert source.encode(source.text) == content
    assert source.newline == "\n"
    (entry,) = entries(project)
    assert source.text[entry.span.start : entry.span.end] == '"8080:80"'
