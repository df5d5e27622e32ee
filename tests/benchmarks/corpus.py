"""Compose files to measure with: of the size and the habits of those that people keep.

In 39 files of a well-known collection there are 24 kB; in a thousand files with `ports:` of 74
public repositories there are three entries a file, half of them without quotes, seven of eight
open to everybody. A service of a large stack takes 700 bytes.
"""

from __future__ import annotations

from pathlib import Path

_PROXY = """\
  proxy:
    image: nginx:1.27-alpine
    volumes:
      - type: bind
        source: ./proxy/nginx.conf
        target: /etc/nginx/conf.d/default.conf
        read_only: true
    ports:
      - {port}:80
    depends_on:
      - backend
"""
_BACKEND = """\
  backend:
    build:
      context: backend
      target: builder
    environment:
      - DB_HOST=db
      - STAGE=dev
    ports:
      - "{port}:8000"
      - 127.0.0.1:{debug}:9229
    networks:
      - front
      - back
"""
_DATABASE = """\
  db:
    image: postgres:16
    restart: always
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U app"]
      interval: 3s
      retries: 5
    volumes:
      - data:/var/lib/postgresql/data
    expose:
      - 5432
"""
_ADMIN = """\
  admin:
    image: adminer
    ports:
      - target: 8080
        published: "{port}"
        host_ip: 127.0.0.1
"""
_REST = """\
networks:
  front: {}
  back: {}
volumes:
  data: {}
"""
_SHAPES = (
    (_PROXY, _BACKEND),
    (_BACKEND, _DATABASE),
    (_PROXY, _BACKEND, _DATABASE),
    (_DATABASE, _ADMIN),
    (_PROXY,),
)
_LARGE = """\
  web{n}:
    image: registry.example.org/team/web{n}:1.{n}.0
    restart: unless-stopped
    command: ["serve", "--workers", "4", "--log-level", "info"]
    environment:
      NAME: "web{n}"
      DATABASE_URL: postgres://app:app@db:5432/web{n}
      CACHE_URL: redis://cache:6379/{n}
      LOG_FORMAT: json
    labels:
      org.example.team: platform
      org.example.tier: "backend"
    healthcheck:
      test: ["CMD", "wget", "-qO-", "http://127.0.0.1:80/health"]
      interval: 10s
      timeout: 2s
      retries: 3
    volumes:
      - data{n}:/var/lib/web
    ports:
      - "127.0.0.1:{a}:80"
      - "127.0.0.1:{b}:81/udp"
      - target: 82
        host_ip: 127.0.0.1
        published: "{c}"
"""


def small_file(path: Path, number: int) -> Path:
    """The `number`th of many small projects; their ports are their own."""
    shape = _SHAPES[number % len(_SHAPES)]
    first = 2000 + number * 5
    services = (
        service.replace("{port}", str(first + index)).replace("{debug}", str(first + 4))
        for index, service in enumerate(shape)
    )
    return _written(path, "services:\n" + "".join(services) + _REST)


def large_file(path: Path, services: int) -> Path:
    """One project of that many services, with three ports each."""
    texts = (
        _LARGE.format(n=n, a=10000 + n * 3, b=10001 + n * 3, c=10002 + n * 3)
        for n in range(services)
    )
    return _written(path, "services:\n" + "".join(texts))


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
