"""The one door to PyYAML: its binding of libyaml, without the parser in Python beside it.

`import yaml` loads a second parser, written in Python, with a dozen regular expressions, that is
never asked here. It takes a fifth of the time that `pmap check` needs for a small file: in turns,
median of 30 runs, 49.5 ms without it and 59.6 with it. So the package is put in place and left
unread until somebody wants more of it than what is here, and the binding finds its classes of
errors in modules that hold nothing else.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARKED = {
    "scanner": "ScannerError",
    "parser": "ParserError",
    "composer": "ComposerError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "serializer": "SerializerError",
    "representer": "RepresenterError",
}
"""The errors with marks that the binding imports, by module."""


def _put_in_place() -> None:
    """Load the binding alone. Where yaml is loaded already there is nothing to spare."""
    found = (finder.find_spec("yaml", None) for finder in sys.meta_path)
    spec = next((spec for spec in found if spec is not None), None)
    if "yaml" in sys.modules or spec is None or spec.loader is None:
        return
    package = ModuleType("yaml")
    package.__spec__, package.__loader__, package.__file__ = spec, spec.loader, spec.origin
    package.__path__ = spec.submodule_search_locations or []
    complete = spec.loader.exec_module

    def read(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        del package.__dict__["__getattr__"]
        complete(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = read
    sys.modules["yaml"] = package
    try:
        _bind(package)
    except (AttributeError, ImportError):
        # A PyYAML whose binding wants more than this one's: it gets all there is.
        del package.__dict__["__getattr__"]
        complete(package)


def _bind(package: ModuleType) -> None:
    """Load the binding while modules that hold an error each stand in for those of the parser."""
    import yaml.events  # noqa: PLC0415 -- what a binding imports is to be there before it
    import yaml.nodes  # noqa: PLC0415
    import yaml.tokens  # noqa: F401, PLC0415
    from yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    standing: dict[str, ModuleType] = {}
    for name, error in _MARKED.items():
        standing[name] = module = ModuleType(f"yaml.{name}")
        setattr(module, error, type(error, (MarkedYAMLError,), {}))
    standing["reader"] = reader = ModuleType("yaml.reader")
    setattr(reader, "ReaderError", type("ReaderError", (YAMLError,), {"__init__": _at}))  # noqa: B010
    for name, module in standing.items():
        sys.modules[f"yaml.{name}"] = package.__dict__[name] = module
    try:
        __import__("yaml._yaml")
    finally:
        for name in standing:
            del sys.modules[f"yaml.{name}"], package.__dict__[name]


def _at(self: Any, *given: Any) -> None:
    """What is wrong with the text itself, before it is YAML."""
    self.name, self.position, self.character, self.encoding, self.reason = given


_put_in_place()

from yaml._yaml import CParser  # noqa: E402
from yaml.error import YAMLError  # noqa: E402
from yaml.events import (  # noqa: E402
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
)
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode  # noqa: E402
from yaml.tokens import ScalarToken, TagToken, Token  # noqa: E402

__all__ = [
    "AliasEvent",
    "CParser",
    "CollectionEndEvent",
    "CollectionNode",
    "CollectionStartEvent",
    "DocumentStartEvent",
    "MappingNode",
    "Node",
    "ScalarNode",
    "ScalarToken",
    "SequenceNode",
    "TagToken",
    "Token",
    "YAMLError",
]
