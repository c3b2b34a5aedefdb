"""Section `executors` of the configuration, and the one place that opens them all. Called by `app`."""

import base64
import ssl
from collections.abc import Callable, Mapping

from tocsin.config import Config, Secret
from tocsin.connectors.executors.command import Command, CommandConfig
from tocsin.connectors.executors.http import EndpointAccess, Http, HttpConfig
from tocsin.connectors.executors.kubernetes import ClusterAccess, Kubernetes, KubernetesConfig
from tocsin.connectors.executors.manual import Manual
from tocsin.connectors.executors.sending import Credential, Wire
from tocsin.connectors.executors.sql import DatabaseAccess, Sql, SqlConfig
from tocsin.errors import ConfigError
from tocsin.model.ground import Value
from tocsin.ports import Executor


class ExecutorsConfig(Value):
    """What steps may reach. A system that is not named here cannot be reached by any step."""

    sql: SqlConfig = SqlConfig()
    http: HttpConfig = HttpConfig()
    command: CommandConfig = CommandConfig()
    kubernetes: KubernetesConfig = KubernetesConfig()


def open_executors(config: Config) -> Mapping[str, Executor]:
    """Every executor by the name that runbooks call it. Nothing is connected yet.

    Raises ConfigError with its path for a mistake, or for a secret that is not where it should be.
    """
    from tocsin.connectors.executors.postgresql import PostgreSQL  # here: the CLI's other verbs need no driver

    section = config.section("executors", ExecutorsConfig)
    databases = {
        name: PostgreSQL(name, one, _password(config, name, one)) for name, one in section.sql.databases.items()
    }
    endpoints = {name: _endpoint(config, name, one) for name, one in section.http.endpoints.items()}
    clusters = {name: _cluster(config, name, one) for name, one in section.kubernetes.clusters.items()}
    opened: tuple[Executor, ...] = (
        Sql(section.sql, databases),
        Http(section.http, endpoints),
        Command(section.command),
        Kubernetes(section.kubernetes, clusters),
        Manual(),
    )
    return {one.name: one for one in opened}


def _password(config: Config, name: str, access: DatabaseAccess) -> Callable[[], str]:
    return _reader(config, access.password, f"executors.sql.databases.{name}.password")


def _endpoint(config: Config, name: str, access: EndpointAccess) -> Wire:
    place = f"executors.http.endpoints.{name}"
    bearer = _reader(config, access.bearer, f"{place}.bearer")
    password = _reader(config, access.password, f"{place}.password")
    return Wire(name, access.url, _credential(bearer, access.username, password, access.headers))


def _cluster(config: Config, name: str, access: ClusterAccess) -> Wire:
    place = f"executors.kubernetes.clusters.{name}"
    token = _reader(config, access.token, f"{place}.token")
    return Wire(name, access.url, _credential(token), verify=_trust(access.ca_file, f"{place}.ca_file"))


def _reader(config: Config, secret: Secret | None, path: str) -> Callable[[], str]:
    """Reads the secret each time it is called; once now, so that a missing one is told at start."""
    if secret is None:
        return lambda: ""
    config.secret(secret, path)
    return lambda: config.secret(secret, path)


def _credential(
    bearer: Callable[[], str],
    username: str = "",
    password: Callable[[], str] = lambda: "",
    headers: Mapping[str, str] | None = None,
) -> Credential:
    def read() -> dict[str, str]:
        if username:
            both = base64.b64encode(f"{username}:{password()}".encode()).decode()
            return {**(headers or {}), "Authorization": f"Basic {both}"}
        token = bearer()
        return {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}

    return read


def _trust(ca_file: str, path: str) -> ssl.SSLContext | bool:
    """Whom to believe: the cluster's own authority, or the system's."""
    if not ca_file:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as failure:
        raise ConfigError(path, f"cannot be read: {failure.strerror}.", "Name a PEM file.") from failure
