"""What a repository sets is taken as it is written, or refused with the key and a hint."""

from pathlib import Path

import pytest

from manager.compose.config import Config, OpenPort, read_config
from manager.compose.configfile import ConfigFinder, load_config
from manager.errors import InvalidInput, InvalidPortSpec
from manager.model.finding import Severity
from manager.model.ports import PortRange


def test_every_setting_is_read() -> None:
    config = read_config(
        {
            "select": ["PM1", "PM004"],
            "ignore": ["exposed-port"],
            "severity": {"PM304": "info"},
            "open": ["web:443", "8000-8010", "53/udp", 80],
            "ephemeral-range": "49152-65535",
            "exclude": ["fixtures/**"],
            "baseline": "known.json",
            "fail-on": "warning",
            "strict": True,
        },
        "pmap.toml",
    )
    assert config == Config(
        select=("PM1", "PM004"),
        ignore=("exposed-port",),
        severity={"PM304": Severity.INFO},
        open=(
            OpenPort(PortRange(443, 443), "web"),
            OpenPort(PortRange(8000, 8010)),
            OpenPort(PortRange(53, 53), None, "udp"),
            OpenPort(PortRange(80, 80)),
        ),
        ephemeral_range=PortRange(49152, 65535),
        exclude=("fixtures/**",),
        baseline="known.json",
        fail_on=Severity.WARNING,
        strict=True,
        path="pmap.toml",
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"selct": ["PM1"]}, "'selct' is not a setting"),
        ({"ephemeral_range": "1-2"}, "'ephemeral_range' is not a setting"),
        ({"select": "PM1"}, "select: a list of texts"),
        ({"ignore": [1]}, "ignore: a list of texts"),
        ({"severity": {"PM101": "fatal"}}, "severity: 'fatal' is not one of"),
        ({"severity": ["PM101"]}, "severity: a table"),
        ({"open": ["web:"]}, "open: '' is not a port number"),
        ({"open": [":80"]}, "open: ':80' names no service"),
        ({"open": ["80/http"]}, "open: '80/http': the protocol"),
        ({"open": [True]}, "open: a list of texts"),
        ({"ephemeral-range": "60000-50000"}, "ephemeral-range: range 60000-50000 runs backwards"),
        ({"ephemeral-range": 5}, "ephemeral-range: a text"),
        ({"strict": "yes"}, "strict: true or false"),
        ({"fail-on": "never"}, "fail-on: 'never' is not one of"),
        ({"baseline": ""}, "baseline: a text"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_config(table, "pmap.toml")
    assert says in refused.value.message
    assert refused.value.message.startswith("pmap.toml: ")
    assert refused.value.hint


def test_a_mistyped_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_config({"ephemeral_range": "1-2"}, "pmap.toml")
    assert refused.value.hint == "did you mean ephemeral-range?"


@pytest.mark.parametrize(
    ("entry", "service", "ports", "protocol", "covered"),
    [
        ("443", "web", (443, 443), "tcp", True),
        ("443", "web", (443, 443), "udp", True),
        ("443/tcp", "web", (443, 443), "udp", False),
        ("web:443", "api", (443, 443), "tcp", False),
        ("web:443", "web", (443, 443), "tcp", True),
        ("web:8000-8010", "web", (8001, 8010), "tcp", True),
        ("web:8000-8010", "web", (8001, 8011), "tcp", False),
        ("8000", "web", (8000, 8001), "tcp", False),
    ],
)
def test_what_is_meant_to_be_open(
    entry: str, service: str, ports: tuple[int, int], protocol: str, covered: bool
) -> None:
    assert OpenPort.parse(entry).covers(service, PortRange(*ports), protocol) is covered


def test_an_open_port_needs_a_port() -> None:
    with pytest.raises(InvalidPortSpec):
        OpenPort.parse("web")


def test_the_nearest_file_governs_and_nothing_is_merged(tmp_path: Path) -> None:
    inner = tmp_path / "repo" / "stack"
    (inner / "deep").mkdir(parents=True)
    (tmp_path / "repo" / "pyproject.toml").write_text('[tool.pmap]\nignore = ["PM101"]\n')
    (inner / "pmap.toml").write_text("strict = true\n")
    finder = ConfigFinder()
    assert finder.of(str(inner / "deep")).strict
    assert finder.of(str(inner / "deep")).ignore == ()
    assert finder.of(str(tmp_path / "repo")).ignore == ("PM101",)
    assert finder.of(str(tmp_path / "repo")).path == str(tmp_path / "repo" / "pyproject.toml")


def test_a_pyproject_without_a_table_does_not_end_the_search(tmp_path: Path) -> None:
    inner = tmp_path / "package"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "pmap-user"\n')
    (tmp_path / "pmap.toml").write_text("strict = true\n")
    assert ConfigFinder().of(str(inner)).strict


def test_the_root_of_a_checkout_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "pmap.toml").write_text("strict = true\n")
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    assert ConfigFinder().of(str(checkout)) == Config()


def test_a_given_file_governs_everything(tmp_path: Path) -> None:
    (tmp_path / "pmap.toml").write_text("strict = true\n")
    given = tmp_path / "other.toml"
    given.write_text('fail-on = "info"\n')
    finder = ConfigFinder(str(given))
    assert finder.of(str(tmp_path)).fail_on is Severity.INFO
    assert not finder.of(str(tmp_path)).strict


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pmap.toml", b"strict ="),
        ("pmap.toml", b"\xff\xfe"),
        ("pyproject.toml", b"[tool]\npmap = 3\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=name):
        ConfigFinder().of(str(tmp_path))


def test_a_broken_pyproject_that_never_names_pmap_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("{{ template }}")
    assert ConfigFinder().of(str(tmp_path)) == Config()


def test_a_missing_given_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_config(str(tmp_path / "nowhere.toml"))
