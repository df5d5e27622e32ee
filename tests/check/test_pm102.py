"""PM102: a database, queue, cache, debugger, admin page or Docker's API is reachable."""

from collections.abc import Callable
from typing import Any

import pytest

_SERVICE = "services:\n  x:\n    image: {image}\n    ports: [{port}]\n"


@pytest.mark.parametrize(
    ("image", "port", "name"),
    [
        ("app", '"5432:5432"', "PostgreSQL"),
        ("app", '"15432:5432"', "PostgreSQL"),
        ("postgres:16", '"9999:9999"', "PostgreSQL"),
        ("docker.io/library/redis:7-alpine@sha256:abc", '"6379:6379"', "Redis"),
        ("registry.local:5000/bitnami/mongodb:7", '"8080:8080"', "MongoDB"),
        ("app", '"0.0.0.0:2375:2375"', "the Docker API"),
        ("rabbitmq:3-management", '"15672:15672"', "RabbitMQ"),
        ("app", "{target: 9200, published: 9200}", "Elasticsearch"),
        ("dpage/pgadmin4", '"8080:80"', "pgAdmin"),
        ("portainer/portainer-ce", '"9443:9443"', "Portainer"),
        ("app", '"9229:9229"', "a Node.js debugger"),
        ("app", '"27017-27019:27017-27019"', "MongoDB"),
    ],
)
def test_finds(check: Callable[..., list[Any]], image: str, port: str, name: str) -> None:
    found = check(_SERVICE.format(image=image, port=port), "PM102")
    assert [(f.severity, f.line, f.service) for f in found] == [("error", 4, "x")]
    assert found[0].message.startswith(name)


@pytest.mark.parametrize(
    ("image", "port"),
    [
        ("app", '"8080:80"'),
        ("app", '"5432:80"'),
        ("postgres:16", '"127.0.0.1:5432:5432"'),
        ("postgres-exporter", '"9187:9187"'),
        ("app", '"5000-6000:5000-6000"'),
        ("${IMAGE}", '"8080:80"'),
    ],
)
def test_finds_not(check: Callable[..., list[Any]], image: str, port: str) -> None:
    assert check(_SERVICE.format(image=image, port=port), "PM102") == []


def test_takes_the_place_of_pm101(check: Callable[..., list[Any]]) -> None:
    text = _SERVICE.format(image="postgres", port='"5432:5432", "8080:80"')
    rules = [f.rule for f in check(text) if f.rule.startswith("PM1")]
    assert rules == ["PM102", "PM102"]
    text = _SERVICE.format(image="app", port='"5432:5432", "8080:80"')
    rules = [f.rule for f in check(text) if f.rule.startswith("PM1")]
    assert rules == ["PM102", "PM101"]


def test_without_it_pm101_speaks(check: Callable[..., list[Any]]) -> None:
    text = _SERVICE.format(image="postgres", port='"5432:5432"')
    assert [f.rule for f in check(text, ignore=["PM102"]) if f.rule < "PM2"] == ["PM101"]


def test_says_how_to_mend_it(check: Callable[..., list[Any]]) -> None:
    (found,) = check(_SERVICE.format(image="postgres", port='"5432:5432"'), "PM102")
    assert 'write "127.0.0.1:5432:5432"' in found.hint
    assert found.fixable
