"""Services that must not be open to everybody: databases, queues, caches, admin, Docker's API.

Found by the image's name, else by the container port (IANA's registry and the makers' own
documentation). Ports that many different programs use, such as 8080 or 9000, are left out: only
the image tells there.
"""

from __future__ import annotations

_PORTS = {
    389: "LDAP",
    636: "LDAP",
    1433: "SQL Server",
    1521: "Oracle Database",
    1883: "MQTT",
    2181: "ZooKeeper",
    2375: "the Docker API (root on this host)",
    2376: "the Docker API (root on this host)",
    2379: "etcd",
    2380: "etcd",
    3306: "MySQL",
    3389: "remote desktop",
    4222: "NATS",
    4369: "the Erlang port mapper",
    5005: "a Java debugger",
    5432: "PostgreSQL",
    5433: "PostgreSQL",
    5601: "Kibana",
    5672: "RabbitMQ",
    5900: "VNC",
    5984: "CouchDB",
    6379: "Redis",
    6443: "the Kubernetes API",
    6650: "Pulsar",
    7474: "Neo4j",
    7687: "Neo4j",
    8086: "InfluxDB",
    8200: "Vault",
    8500: "Consul",
    9042: "Cassandra",
    9092: "Kafka",
    9200: "Elasticsearch",
    9229: "a Node.js debugger",
    9300: "Elasticsearch",
    10250: "the kubelet API",
    11211: "Memcached",
    15672: "RabbitMQ's admin",
    25672: "RabbitMQ",
    26257: "CockroachDB",
    27017: "MongoDB",
    27018: "MongoDB",
    27019: "MongoDB",
    28015: "RethinkDB",
    61616: "ActiveMQ",
}

_IMAGES = {
    "activemq": "ActiveMQ",
    "activemq-artemis": "ActiveMQ",
    "adminer": "Adminer",
    "arangodb": "ArangoDB",
    "cassandra": "Cassandra",
    "clickhouse": "ClickHouse",
    "clickhouse-server": "ClickHouse",
    "cockroach": "CockroachDB",
    "consul": "Consul",
    "couchbase": "Couchbase",
    "couchdb": "CouchDB",
    "docker-socket-proxy": "the Docker API (root on this host)",
    "dragonfly": "Dragonfly",
    "elasticsearch": "Elasticsearch",
    "etcd": "etcd",
    "influxdb": "InfluxDB",
    "kafka": "Kafka",
    "keydb": "KeyDB",
    "mariadb": "MariaDB",
    "memcached": "Memcached",
    "mongo": "MongoDB",
    "mongo-express": "mongo-express",
    "mongodb": "MongoDB",
    "mysql": "MySQL",
    "mysql-server": "MySQL",
    "nats": "NATS",
    "neo4j": "Neo4j",
    "opensearch": "OpenSearch",
    "oracle-xe": "Oracle Database",
    "percona": "MySQL",
    "pgadmin4": "pgAdmin",
    "pgbouncer": "PostgreSQL",
    "phpmyadmin": "phpMyAdmin",
    "phpredisadmin": "phpRedisAdmin",
    "portainer": "Portainer (root on this host)",
    "portainer-ce": "Portainer (root on this host)",
    "portainer-ee": "Portainer (root on this host)",
    "postgis": "PostgreSQL",
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "rabbitmq": "RabbitMQ",
    "redis": "Redis",
    "redis-commander": "Redis Commander",
    "redis-stack": "Redis",
    "redis-stack-server": "Redis",
    "redisinsight": "Redis Insight",
    "redpanda": "Redpanda",
    "rethinkdb": "RethinkDB",
    "scylla": "ScyllaDB",
    "surrealdb": "SurrealDB",
    "timescaledb": "PostgreSQL",
    "valkey": "Valkey",
    "vault": "Vault",
    "zookeeper": "ZooKeeper",
}


def known_service(image: str, container_ports: range) -> str | None:
    """The name of what stands behind the ports, when it is one that must not be open."""
    base = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if (name := _IMAGES.get(base.lower())) is not None:
        return name
    # A range of a thousand ports is no database, though one may lie in it.
    if len(container_ports) <= 16:
        for port in container_ports:
            if port in _PORTS:
                return _PORTS[port]
    return None
