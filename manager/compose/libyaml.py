"""The one door to PyYAML: its binding of libyaml, without the parser in Python beside it.

`import yaml` loads a second parser, written in Python, with a dozen regular expressions, that is
never asked here. It takes a fifth of the time that `pmap check` needs for a small file: in turns,
median of 30 runs, 49.5 ms without it and 59.6 with it. So the package is put in place and left
unread until somebody wants more of it than what is here, and the binding finds its classes of
errors in modules that hold nothing else.
"""

from __future__ import annotations

import sys
from _thread import RLock
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


class _Found:
    """Finds yaml for `_Loader`. It is imported by that, so that other threads wait for it."""

    @staticmethod
    def find_spec(name: str, path: Any = None, _target: Any = None) -> Any:
        """As of any finder."""
        if name != "yaml":
            return None
        others = (finder.find_spec(name, path) for finder in sys.meta_path if finder is not _Found)
        spec: Any = next((spec for spec in others if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Loads the binding alone, and leaves the package to the loader that it has."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: Any) -> ModuleType:
        """The package, unread."""
        return _Unread(spec.name)

    def exec_module(self, package: Any) -> None:
        """Load what the binding needs."""
        package.__loader__ = package.__spec__.loader = self._loader
        try:
            _bind(package)
            package._is_unread = True
        except (AttributeError, ImportError):
            # A PyYAML whose binding wants more than this one's: it gets all there is.
            _read(package)


_READING = RLock()
"""Who wants something of a package that is being read waits, as for any import."""


class _Unread(ModuleType):
    """A package that is read when somebody asks for what is not there; then it is as any other."""

    def __getattr__(self, name: str) -> Any:
        with _READING:
            # It may have been read while this thread waited. What reads it finds what is there.
            if "_is_unread" in self.__dict__:
                _read(self)
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"module 'yaml' has no attribute {name!r}")


def _read(package: Any) -> None:
    package.__dict__.pop("_is_unread", None)
    package.__spec__.loader.exec_module(package)
    package.__class__ = ModuleType  # as importlib's own lazy modules
    # From here on the binding raises what `except yaml.scanner.ScannerError` catches.
    for name, error in (*_MARKED.items(), ("reader", "ReaderError")):
        of_parser = getattr(sys.modules.get(f"yaml.{name}"), error, None)
        if of_parser is not None:
            setattr(sys.modules["yaml._yaml"], error, of_parser)


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


sys.meta_path.insert(0, _Found)
try:
    # Where yaml is loaded already there is nothing to spare.
    __import__("yaml")
finally:
    sys.meta_path.remove(_Found)

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
