"""Client and database: credentials, port, connections, write mode. The client complains in its log; the setting proves it."""

import re
from collections.abc import Iterator

from tocsin.analysis.cluster.addresses import Address, addresses
from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container, Service
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_MYSQL_PORT = 3306
_MYSQL = re.compile(r"(?:^|[/_-])(?:mysql|mariadb|percona)", re.IGNORECASE)
_DENIED = re.compile(
    r"Access denied for user|password authentication failed|ER_ACCESS_DENIED|SQLSTATE\W{0,3}28", re.IGNORECASE
)
_EXHAUSTED = re.compile(
    r"Too many connections|max_user_connections|remaining connection slots|ER_CON_COUNT|connection pool (?:is )?exhausted"
    r"|Connection is not available, request timed out|pool error Timeout|unable to (?:get|obtain) (?:a )?(?:jdbc )?connection from",
    re.IGNORECASE,
)
_READ_ONLY = re.compile(
    r"read[-_ ]only (?:option|mode|transaction|replica)|running with the --\S{0,8}read|READONLY You can't write", re.I
)
_UNREACHED = re.compile(
    r"Communications link failure|Can't connect to MySQL|ECONNREFUSED\S*:\d+|CommunicationsException", re.IGNORECASE
)
_SET_READ_ONLY = re.compile(r"(?:super[-_])?read[-_]only\s*[= ]\s*(?:1|on|true)", re.IGNORECASE)
_MOST = re.compile(r"max[-_](?:user[-_])?connections\s*[= ]\s*(\d+)", re.IGNORECASE)
_FEW_CONNECTIONS = 50
_PASSWORD = re.compile(r"(PASS|PASSWORD|PWD)$", re.IGNORECASE)
_USER = re.compile(r"(USER|USERNAME)$", re.IGNORECASE)


def is_mysql(cluster: Cluster, service: Service, scheme: str = "") -> bool:
    """Whether MySQL or its kin stands behind a service: by its image, its port, or how it is called."""
    images = [one.image for pod in cluster.selected(service) for one in pod.spec.containers]
    listens = {port.port for port in service.ports} | {int(one.target) for one in service.ports if one.target.isdigit()}
    return scheme in ("mysql", "mariadb") or any(_MYSQL.search(one) for one in images) or _MYSQL_PORT in listens


def servers(cluster: Cluster) -> dict[str, Container]:
    """The database servers among the apps: name and container."""
    return {app: one for app, one in cluster.containers() if _MYSQL.search(one.image)}


def credentials(cluster: Cluster) -> Iterator[Suspect]:
    """The password a client is given and the one the server was given; or the server's word that it refuses."""
    accepted = {value for one in servers(cluster).values() for value in _secrets(cluster, one, _PASSWORD)}
    users = {value for one in servers(cluster).values() for value in _secrets(cluster, one, _USER)} | {"root"}
    for app, container in cluster.containers():
        if app in servers(cluster) or not _calls_mysql(cluster, app, container):
            continue
        wrong = accepted and any(one not in accepted for one in _secrets(cluster, container, _PASSWORD))
        stranger = len(users) > 1 and any(one not in users for one in _secrets(cluster, container, _USER))
        said = next((one.text for one in cluster.sayings_of(app) if _DENIED.search(one.text)), "")
        if wrong or stranger or said:
            score = PROVEN if said else LIKELY if wrong else SUSPECTED
            sentence = f"{app} shows its database a user or password that the server does not accept."
            quotes = quoted(
                [cluster.answers.line(said[-120:]) if said else "", cluster.answers.line("PASSW", about=app)]
            )
            yield Suspect(f"app/{app}", "mysql_invalid_credentials", score, sentence, quotes)


def _calls_mysql(cluster: Cluster, app: str, container: Container) -> bool:
    if any(_DENIED.search(one.text) for one in cluster.sayings_of(app)):
        return True
    found = ((one, cluster.service(one.host)) for one in addresses(app, container))
    return any(service and is_mysql(cluster, service, one.scheme) for one, service in found)


def _secrets(cluster: Cluster, container: Container, name: re.Pattern[str]) -> list[str]:
    """The values of variables of that name; those in Secrets and ConfigMaps when they were told."""
    held = [one for one in container.environment if name.search(one.name)]
    values = [
        one.value
        or cluster.secrets.get(one.secret, {}).get(one.key)
        or cluster.configs.get(one.config, {}).get(one.key)
        for one in held
    ]
    return [str(value) for value in values if value]


def unreached(cluster: Cluster) -> Iterator[Suspect]:
    """A client that cannot reach its database while the database is well, and whose port is not the server's."""
    for app, container in cluster.containers():
        said = next((one.text for one in cluster.sayings_of(app) if _UNREACHED.search(one.text)), "")
        for address in addresses(app, container) if said else ():
            if _off(cluster, address):
                sentence = f"{app} calls its database at port {address.port}, where no server listens."
                quotes = quoted([cluster.answers.line(said[:100]), cluster.answers.line(address.written, about=app)])
                yield Suspect(f"app/{app}", "mysql_invalid_port", PROVEN, sentence, quotes)


def _off(cluster: Cluster, address: Address) -> bool:
    service = cluster.service(address.host)
    if service is None or address.port is None or not is_mysql(cluster, service, address.scheme):
        return False
    return address.port not in {one.port for one in service.ports}


def connections(cluster: Cluster) -> Iterator[Suspect]:
    """Connections asked for and connections the server allows."""
    yield from _server_fault(
        cluster, "db_connection_exhaustion", _EXHAUSTED, _few, "has no connection left for its clients"
    )


def writes(cluster: Cluster) -> Iterator[Suspect]:
    """Writes asked for and whether the server takes any."""
    yield from _server_fault(
        cluster, "db_read_only", _READ_ONLY, _set_read_only, "takes no writes: it is set read-only"
    )


def _few(text: str) -> bool:
    return any(int(count) < _FEW_CONNECTIONS for count in _MOST.findall(text))


def _set_read_only(text: str) -> bool:
    return bool(_SET_READ_ONLY.search(text))


def _server_fault(
    cluster: Cluster, code: str, complaint: re.Pattern[str], setting: object, what: str
) -> Iterator[Suspect]:
    """A fault of the server: told by a setting of its own, or by the complaints of its clients, or both."""
    said = {one.app: one.text for one in cluster.sayings if complaint.search(one.text)}
    found = servers(cluster)
    blamed = {name for name, one in found.items() if callable(setting) and setting(_settings(cluster, name, one))}
    for server in blamed or (set(found) if said else set()):
        score = PROVEN if said and server in blamed else BROKEN if said else LIKELY
        quotes = quoted([cluster.answers.line(text[-120:]) for text in said.values()])
        yield Suspect(
            f"app/{server}",
            code,
            score / max(len(found), 1) if said and not blamed else score,
            f"{server} {what}.",
            quotes,
        )
    for app, text in said.items():
        if app not in found:
            sentence = f"{app} complains that its database {what}."
            yield Suspect(
                f"app/{app}",
                code,
                SUSPECTED if found else LIKELY,
                sentence,
                quoted([cluster.answers.line(text[-120:])]),
            )


def _settings(cluster: Cluster, app: str, container: Container) -> str:
    """The server's settings as text: its command, its variables, the ConfigMaps it mounts."""
    mounts = [one.source for one in cluster.spec_of(app).volumes if one.kind == "config"]
    files = [text for name in mounts for text in cluster.configs.get(name, {}).values()]
    return "\n".join(
        [" ".join(container.command), *(f"{one.name}={one.value}" for one in container.environment), *files]
    )
