"""Which engine is chosen: as the docker CLI chooses, from the same files and variables."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.engine.endpoint import DEFAULT_HOST, resolve_endpoint
from manager.errors import InvalidInput


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment whose docker configuration holds a context `far`."""
    context = tmp_path / "contexts" / "meta" / digest("far")
    context.mkdir(parents=True)
    docker = {"Host": "tcp://10.0.0.9:2376", "SkipTLSVerify": False}
    meta = {"Name": "far", "Endpoints": {"docker": docker}}
    (context / "meta.json").write_text(json.dumps(meta))
    return {"DOCKER_CONFIG": str(tmp_path)}


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def configure(env: dict[str, str], **config: object) -> None:
    Path(env["DOCKER_CONFIG"], "config.json").write_text(json.dumps(config))


def test_nothing_said_is_the_default_socket(env: dict[str, str]) -> None:
    endpoint = resolve_endpoint(None, None, env)
    assert (endpoint.url, endpoint.context) == (DEFAULT_HOST, None)
    assert endpoint.socket_path == "/var/run/docker.sock"


def test_each_place_gives_way_to_the_one_above_it(env: dict[str, str]) -> None:
    configure(env, currentContext="far")
    assert resolve_endpoint(None, None, env).context == "far"
    env["DOCKER_CONTEXT"] = "default"
    assert resolve_endpoint(None, None, env).url == DEFAULT_HOST
    env["DOCKER_HOST"] = "unix:///env.sock"
    assert resolve_endpoint(None, None, env).url == "unix:///env.sock"
    assert resolve_endpoint("far", None, env).url == "tcp://10.0.0.9:2376"
    assert resolve_endpoint(None, "unix:///given.sock", env).url == "unix:///given.sock"
    # The default context is what the environment says.
    assert resolve_endpoint("default", None, env).url == "unix:///env.sock"


def test_two_names_for_an_engine_are_one_too_many(env: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="both name an engine"):
        resolve_endpoint("far", "unix:///x", env)


def test_a_context_that_is_not_there_is_refused_with_those_that_are(env: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="'nowhere'") as caught:
        resolve_endpoint("nowhere", None, env)
    assert "default, far" in caught.value.hint


@pytest.mark.parametrize("content", ["{", "[1]", "nothing", "\x00"])
def test_a_broken_config_is_said_or_has_no_context(env: dict[str, str], content: str) -> None:
    Path(env["DOCKER_CONFIG"], "config.json").write_text(content)
    if content == "[1]":
        assert resolve_endpoint(None, None, env).url == DEFAULT_HOST
        return
    with pytest.raises(InvalidInput, match="is not JSON") as caught:
        resolve_endpoint(None, None, env)
    assert "-H" in caught.value.hint
    assert resolve_endpoint(None, "unix:///x.sock", env).url == "unix:///x.sock"


def test_a_folder_in_the_place_of_a_file_is_said(env: dict[str, str]) -> None:
    Path(env["DOCKER_CONFIG"], "config.json").mkdir()
    with pytest.raises(InvalidInput, match="cannot be read"):
        resolve_endpoint(None, None, env)


def test_a_context_brings_its_certificates(env: dict[str, str]) -> None:
    assert resolve_endpoint("far", None, env).tls is None
    folder = Path(env["DOCKER_CONFIG"], "contexts", "tls", digest("far"), "docker")
    folder.mkdir(parents=True)
    (folder / "ca.pem").touch()
    tls = resolve_endpoint("far", None, env).tls
    assert tls is not None
    assert (tls.ca, tls.cert, tls.verify) == (str(folder / "ca.pem"), None, True)


@pytest.mark.parametrize(
    ("variables", "tls", "verify", "port"),
    [
        ({}, False, False, 2375),
        ({"DOCKER_TLS_VERIFY": "1"}, True, True, 2376),
        ({"DOCKER_TLS": "1"}, True, False, 2376),
        ({"DOCKER_TLS_VERIFY": ""}, False, False, 2375),
    ],
)
def test_tls_comes_from_the_environment(
    env: dict[str, str], variables: dict[str, str], tls: bool, verify: bool, port: int
) -> None:
    endpoint = resolve_endpoint(None, "tcp://host.test", env | variables)
    assert (endpoint.tls is not None) is tls
    assert endpoint.tls is None or endpoint.tls.verify is verify
    assert endpoint.address == ("host.test", port)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("unix:///run/x.sock", "unix:///run/x.sock"),
        ("unix://run/x.sock", "unix:///run/x.sock"),
        ("http+unix:///run/x.sock", "unix:///run/x.sock"),
        ("tcp://10.0.0.1", "tcp://10.0.0.1:2375"),
        ("tcp://[::1]:99", "tcp://[::1]:99"),
        ("10.0.0.1:99", "tcp://10.0.0.1:99"),
        (":99", "tcp://127.0.0.1:99"),
        ("tcp://:99", "tcp://127.0.0.1:99"),
        ("ssh://me@host", "ssh://me@host"),
        (" unix:///run/x.sock ", "unix:///run/x.sock"),
    ],
)
def test_hosts_are_read_as_docker_reads_them(text: str, url: str) -> None:
    assert resolve_endpoint(None, text, {}).url == url


@pytest.mark.parametrize(
    "text",
    [
        "ftp://x",
        "npipe:////./pipe/docker",
        "fd://",
        "unix://",
        "tcp://host:port",
        "tcp://host:70000",
        "tcp://host:2375/prefix",
        "tcp://[::1",
        "ssh://",
        "ssh://-oProxyCommand=x",
        "ssh://-l@host",
        "ssh://me:secret@host",
        "unix:///a\0b",
    ],
)
def test_what_is_no_host_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_endpoint(None, text, {})
    assert "as in" in caught.value.hint


def test_a_bare_path_is_shown_as_a_socket() -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_endpoint(None, "/run/docker.sock", {})
    assert "unix:///run/docker.sock" in caught.value.hint


@given(st.text(min_size=1))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert resolve_endpoint(None, text, {"HOME": "/nowhere"}).scheme in {"unix", "tcp", "ssh"}


def test_headers_of_the_configuration_go_along(env: dict[str, str]) -> None:
    configure(env, HttpHeaders={"X-Auth": "token", "X-Bad": "a\r\nX-More: b"})
    assert resolve_endpoint(None, None, env).headers == (("X-Auth", "token"),)
