"""Engines as they are met elsewhere: through ssh and TLS, Podman, and one without root."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from engine_extras import Extras
from engine_layout import NoEngineError, engines_dir
from engine_podman import Podman, podman
from engine_rootless import Rootless, rootless
from engine_ssh import SshPrograms, SshServer, ssh_programs, ssh_server
from engine_tls import TlsServer, openssl_program, tls_server
from pytest_engines import LiveEngine, network_of, no_engine


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def programs_of_ssh() -> SshPrograms:
    """Fetched before a test enters its engine's namespace, which leads nowhere."""
    try:
        return ssh_programs(engines_dir())
    except NoEngineError as error:
        no_engine(str(error))


@pytest.fixture(scope="session")
def openssl() -> Extras:
    """Fetched before a test enters its engine's namespace, which leads nowhere."""
    try:
        return openssl_program(engines_dir())
    except NoEngineError as error:
        no_engine(str(error))


@pytest.fixture
def behind_ssh(
    programs_of_ssh: SshPrograms,
    live_engine: LiveEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SshServer]:
    """The engine through an ssh server in its own namespace; `ssh` on PATH has the keys."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    with ssh_server(programs_of_ssh, live_engine, folder, free_port()) as server:
        monkeypatch.setenv("PATH", str(server.path), prepend=":")
        yield server


@pytest.fixture
def behind_tls(openssl: Extras, live_engine: LiveEngine, tmp_path: Path) -> Iterator[TlsServer]:
    """The engine through TLS on a port of its own namespace."""
    folder = tmp_path / "tls"
    folder.mkdir()
    with tls_server(openssl, live_engine, folder) as server:
        yield server


@pytest.fixture(scope="session")
def podman_service() -> Iterator[Podman]:
    """Podman for the tests of this session that want it."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(podman(engines_dir()))
        except NoEngineError as error:
            no_engine(str(error))
        yield engine


@pytest.fixture
def podman_engine(podman_service: Podman, monkeypatch: pytest.MonkeyPatch) -> Iterator[Podman]:
    """Podman without containers; the test runs in its network, and commands speak to it."""
    monkeypatch.setenv("DOCKER_HOST", podman_service.host)
    with network_of(podman_service.netns):
        yield podman_service
    podman_service.clear()


@pytest.fixture(scope="session")
def rootless_service() -> Iterator[Rootless]:
    """An engine without root for the tests of this session that want it."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(rootless(engines_dir()))
        except NoEngineError as error:
            no_engine(str(error))
        yield engine


@pytest.fixture
def rootless_engine(
    rootless_service: Rootless, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rootless]:
    """The engine without containers; the test runs in its host's network."""
    monkeypatch.setenv("DOCKER_HOST", rootless_service.host)
    with network_of(rootless_service.netns):
        yield rootless_service
    rootless_service.api.remove_named("")
