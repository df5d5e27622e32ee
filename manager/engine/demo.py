"""The host of `pmap --demo`: made up, but as one meets them. It lives as long as the process."""

from __future__ import annotations

from manager.engine.memory import MemoryEngine
from manager.engine.memory_scene import Scene
from manager.engine.memory_store import Store
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPProtocol, parse_ip

_NEIGHBOURS = (
    ("0.0.0.0", 22, IPProtocol.TCP, Process(812, "sshd", "sshd: /usr/sbin/sshd -D", "/", "root")),
    ("::", 22, IPProtocol.TCP, Process(812, "sshd", "sshd: /usr/sbin/sshd -D", "/", "root")),
    (
        "127.0.0.53",
        53,
        IPProtocol.UDP,
        Process(640, "systemd-resolve", "/lib/systemd/systemd-resolved", "/", "systemd-resolve"),
    ),
    (
        "127.0.0.1",
        8000,
        IPProtocol.TCP,
        Process(
            4711,
            "python3",
            "python3 -m http.server 8000 --bind 127.0.0.1",
            "/home/you/notes",
            "you",
        ),
    ),
)


def demo_engine() -> MemoryEngine:
    """A fresh engine with several projects, a conflict, and containers in every usual state.

    The container `web` publishes nothing and exposes 80: the first one to try `publish` on.
    """
    neighbours = tuple(
        Listener(HostSocket(parse_ip(address), port, protocol), process)
        for address, port, protocol, process in _NEIGHBOURS
    )
    engine = MemoryEngine(Store(networks={"bridge": "b" * 64}, neighbours=neighbours))
    scene = Scene(engine)
    _images(scene)
    _shop(scene)
    _blog(scene)
    _monitoring(scene)
    _loose(scene)
    return engine


def _images(scene: Scene) -> None:
    scene.image("nginx", "80", command="nginx")
    scene.image("shop/api:1.4", "3000", command="node")
    scene.image("postgres:16", "5432", command="postgres", volumes=["/var/lib/postgresql/data"])
    scene.image("redis:7", "6379", command="redis-server", volumes=["/data"])
    scene.image("wordpress:6", "80", command="apache2", volumes=["/var/www/html"])
    scene.image("mariadb:11", "3306", command="mariadbd", volumes=["/var/lib/mysql"])
    scene.image("grafana/grafana:11.2", "3000", command="grafana")
    scene.image("prom/prometheus:v3", "9090", command="prometheus", volumes=["/prometheus"])
    scene.image("prom/node-exporter:v1.8", "9100", command="node_exporter")
    scene.image("coredns/coredns:1.11", "53", "53/udp", command="coredns")
    scene.image("asterisk:22", "5060/udp", command="asterisk")


def _shop(scene: Scene) -> None:
    data = {"Binds": ["shop_pgdata:/var/lib/postgresql/data"]}
    database = {
        "Env": ["POSTGRES_PASSWORD=example"],
        "Healthcheck": {"Test": ["CMD", "pg_isready"]},
    }
    always = {"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}}
    scene.service(
        "shop", "db", "postgres:16", publish=["127.0.0.1:5432:5432"], config=database, host=data
    )
    scene.service("shop", "redis", "redis:7")
    scene.service("shop", "api", "shop/api:1.4", publish=["127.0.0.1:3001:3000"], host=always)
    scene.service("shop", "web", "nginx", publish=["8080:80", "127.0.0.1:8443:443"], host=always)


def _blog(scene: Scene) -> None:
    data = {"Binds": ["blog_db:/var/lib/mysql"]}
    scene.service("blog", "db", "mariadb:11", config={"Env": ["MARIADB_USER=blog"]}, host=data)
    scene.service("blog", "wordpress", "wordpress:6", publish=["192.168.1.20:8081:80"])


def _monitoring(scene: Scene) -> None:
    scene.service("monitoring", "prometheus", "prom/prometheus:v3", publish=["127.0.0.1:9090:9090"])
    scene.service(
        "monitoring",
        "grafana",
        "grafana/grafana:11.2",
        publish=["127.0.0.1:3000:3000", "[::1]:3000:3000"],
    )
    scene.run("node-exporter", "prom/node-exporter:v1.8", networks=("host",))


def _loose(scene: Scene) -> None:
    """Containers that nobody's compose file knows, in the states that such ones get into."""
    scene.run("dns", "coredns/coredns:1.11", publish=["127.0.0.1:5353:53/udp"])
    scene.run("sip", "asterisk:22", publish=["5060:5060/udp", "10000-10003:10000-10003/udp"])
    # Stopped, and it cannot come back: shop-db-1 has its port.
    old = scene.create("db-before-move", "postgres:16", publish=["127.0.0.1:5432:5432"])
    scene.engine.store.containers[old]["State"].update(
        Status="exited", FinishedAt=scene.engine.now()
    )
    # It lost its port at the start, and stayed behind as `created`.
    scene.try_run("preview", "nginx", publish=["8080:80"])
    scene.run("web", "nginx")
