"""Show the settings: where they are read from, what each is, and what it is set to.

The screen's actions are listed with their keys, which screen.keys may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manager.cli.output import Output

if TYPE_CHECKING:
    import argparse

    from pydantic import BaseModel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap config`."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print every setting; 2 when the file cannot be read."""
    from manager.bootstrap import settings_path
    from manager.settings import load_settings

    path = settings_path()
    settings = load_settings(path)
    output = Output()
    if args.json:
        shown = settings.model_dump(mode="json")
        output.json({"schema": 1, "path": str(path), "settings": shown, "actions": _actions()})
        return 0
    output.text(f"# {path}{'' if path.exists() else ' (not there: these are the defaults)'}", "dim")
    _print(output, settings, "")
    output.text()
    output.text("# actions of the screen, as [screen.keys] may name them, and their keys", "dim")
    for name, keys in _actions().items():
        output.text(f'# {name} = "{",".join(keys)}"', "dim")
    return 0


def _actions() -> dict[str, list[str]]:
    """Every action of the screen with the keys that it has of itself."""
    # The list alone, and nothing that draws.
    from tui.actions import ACTIONS

    return {action.name: list(action.keys) for action in ACTIONS}


def _print(output: Output, model: BaseModel, section: str) -> None:
    """Settings as they would stand in the file, each under its description."""
    from pydantic import BaseModel

    if section:
        output.text()
        output.text(f"[{section}]", "bold")
    nested: list[tuple[str, BaseModel]] = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            nested.append((name, value))
            continue
        output.text(f"# {field.description}", "dim")
        if value is None:
            output.text(f"# {name} = (not set)", "dim")
        else:
            output.text(f"{name} = {_toml(model.model_dump(mode='json')[name])}")
    for name, value in nested:
        _print(output, value, name)


def _toml(value: Any) -> str:
    import json

    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value)
