"""What holds for every test: nothing of the developer's own settings, state or engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow now and then; what is slow always, the benchmarks tell.
# A developer's runs look for new examples; CI's are the same each time, and judge the change.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "unhurried")

_OF_THE_DEVELOPER = (
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
    "COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES", "COMPOSE_PROJECT_NAME",
    "COMPOSE_PATH_SEPARATOR", "NO_COLOR", "FORCE_COLOR",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: settings, journal and docker configuration start empty."""
    home = tmp_path_factory.mktemp("home")
    for name in _OF_THE_DEVELOPER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home
