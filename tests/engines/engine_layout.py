"""Which test engines there are, and where everything of one lives.

Two folders belong to an engine: its home under the engines folder (packages,
data, log: they last), and a short one under /run (sockets, pid files: a unix
socket's path may have 108 bytes, a checkout's path may be longer than that).
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

#: Where the engines folder is when nothing names another: in the checkout.
DEFAULT_DIR = Path(__file__).resolve().parents[2] / ".engines"
#: Names another engines folder, for example one that outlives the checkout.
DIR_VARIABLE = "PMAP_ENGINES_DIR"
#: Marks every process of an engine; its value is the engine's tag.
TAG_VARIABLE = "PMAP_ENGINE_TAG"
RUN_ROOT = Path("/run/pmap-engines")
NETNS_ROOT = Path("/run/netns")


class NoEngineError(Exception):
    """This machine cannot run a test engine at all; the text is the reason."""


class EngineError(Exception):
    """An engine that should run here did not do what it was asked."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one engine version is made of.

    `suites` are searched in turn for a docker.io whose version starts with
    `wanted`; `of_suite` come from the suite it was found in, the rest of the
    packages from the base suite, whose libraries old machines have too.
    """

    wanted: str
    suites: tuple[str, ...]
    of_suite: tuple[str, ...]
    block: int


BASE_SUITE = "bookworm"
#: For the daemon, from the base suite: the runtime, and an iptables of its own.
BASE_PACKAGES = (
    "runc",
    "iptables",
    "libip4tc2",
    "libip6tc2",
    "libxtables12",
    "libmnl0",
    "libnetfilter-conntrack3",
    "libnfnetlink0",
    "libnftnl11",
    "libdevmapper1.02.1",
)
#: For the test images. Busybox has no UDP server; perl makes one in six lines.
IMAGE_PACKAGES = ("busybox-static", "perl-base", "libc6", "libcrypt1")

RECIPES = {
    "28.5": Recipe("28.5", ("forky", "sid"), ("docker.io", "containerd", "tini-static"), 185),
    "20.10": Recipe("20.10", (BASE_SUITE,), ("docker.io", "containerd", "tini"), 210),
}
HOST_SUFFIX = "-host"


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine of one engines folder: every name and path it uses.

    The names that the whole machine sees carry a hash of the folder, so that
    two checkouts never take each other's engine for their own.
    """

    version: str
    dir: Path
    host_network: bool = False

    @property
    def name(self) -> str:
        """What the commands call it: `28.5`, or `28.5-host` on the host's own network."""
        return self.version + (HOST_SUFFIX if self.host_network else "")

    @property
    def recipe(self) -> Recipe:
        """What it is made of."""
        return RECIPES[self.version]

    @property
    def tag(self) -> str:
        """Machine-wide name, also in the environment of all its processes."""
        folder = hashlib.sha256(os.fsencode(self.dir)).hexdigest()[:4]
        return f"pmap-{self.name.replace('.', '-')}-{folder}"

    @property
    def home(self) -> Path:
        """The folder of everything of it that lasts, packages excepted."""
        return self.dir / self.name

    @property
    def packages(self) -> Path:
        """The unpacked packages, shared with the same version on another network."""
        return self.dir / "packages" / self.version

    @property
    def data(self) -> Path:
        """Docker's data-root."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the daemon and its containerd print."""
        return self.home / "daemon.log"

    @property
    def host_state(self) -> Path:
        """What the host's network was before the engine came (host network only)."""
        return self.home / "host-before.json"

    @property
    def run(self) -> Path:
        """Docker's exec-root, with the socket and the pid file in it."""
        return RUN_ROOT / self.tag

    @property
    def socket(self) -> Path:
        """The API's socket."""
        return self.run / "docker.sock"

    @property
    def host(self) -> str:
        """The value for DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def netns(self) -> Path | None:
        """The network namespace's file; none when it is the host's own."""
        return None if self.host_network else NETNS_ROOT / self.tag

    @property
    def network_block(self) -> str:
        """The first two bytes of its addresses; each engine has its own."""
        return f"10.{self.recipe.block + self.host_network}"


def engines_dir(given: Path | None = None) -> Path:
    """The engines folder: as given, else as the environment says, else the checkout's."""
    named = given or Path(os.environ.get(DIR_VARIABLE) or DEFAULT_DIR)
    return named.absolute()


def engine_named(name: str, folder: Path) -> Engine:
    """The engine that the commands call `name`."""
    version = name.removesuffix(HOST_SUFFIX)
    if version not in RECIPES:
        known = ", ".join(RECIPES)
        raise EngineError(f"no engine is called {name!r}; there are {known}")
    return Engine(version, folder, host_network=name.endswith(HOST_SUFFIX))


def all_engines(folder: Path) -> list[Engine]:
    """Every version on a network of its own, and those on the host's that have a home."""
    own = [Engine(version, folder) for version in RECIPES]
    shared = [Engine(version, folder, host_network=True) for version in RECIPES]
    return own + [engine for engine in shared if engine.home.is_dir()]
