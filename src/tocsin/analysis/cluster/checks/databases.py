"""Client and database: credentials, port, connections, write mode. The client complains in its log; the setting proves it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from tocsin.analysis.cluster.addresses import Address, addresses
from tocsin.analysis.cluster.answers import quoted
from tocsin.analysis.cluster.cluster import Cluster
from tocsin.analysis.cluster.objects import Container, Service
from tocsin.analysis.cluster.suspects import BROKEN, LIKELY, PROVEN, SUSPECTED, Suspect

_MYSQL_PORT = 3306
_NO_SERVER = r"(?![\w.-]*(?:exporter|operator|backup|express|client))"
_MYSQL = re.compile(rf"(?:^|[/_-])(?:mysql|mariadb|percona){_NO_SERVER}", re.IGNORECASE)
_ENGINE = re.compile(rf"(?:^|[/_-])(?:mysql|mariadb|percona|postgres|pgbouncer|mongo){_NO_SERVER}", re.IGNORECASE)
_PORT_NAME = re.compile(r"(?:MYSQL|MARIADB)\w{0,40}_?PORT$", re.IGNORECASE)
_GENERAL = re.compile(r"[-_]?(?:service|svc|server|app|deployment)$")
"""Ends of names that say nothing about what an app is."""
_DENIED = re.compile(
    r"Access denied for user|password authentication failed|ER_ACCESS_DENIED|SQLSTATE\W{0,3}28", re.IGNORECASE
)
_EXHAUSTED = re.compile(
    r"Too many connections|max_user_connections|remaining connection slots|ER_CON_COUNT|max_connections", re.IGNORECASE
)
_POOL_EMPTY = re.compile(
    r"connection pool (?:is )?exhausted|Connection is not available, request timed out|pool error Timeout"
    r"|unable to (?:get|obtain) (?:a )?(?:jdbc )?connection from|QueuePool limit",
    re.IGNORECASE,
)
_READ_ONLY = re.compile(
    r"read[-_ ]only (?:option|mode|transaction|replica)|running with the --\S{0,8}read|READONLY You can't write", re.I
)
_UNREACHED = re.compile(
    r"Communications link failure|Can't connect to MySQL|ECONNREFUSED\S*:\d+|CommunicationsException", re.IGNORECASE
)
_UNGIVEN = re.compile(
    r"using password: NO|for user ''@|no password supplied|Could not resolve placeholder"
    r"|(?:variable|setting|property|parameter)\b.{0,60}\b(?:not set|not defined|undefined|required|missing)",
    re.IGNORECASE,
)
"""A client that was given no settings at all."""
_NO_DATABASE = re.compile(f"{_DENIED.pattern}|{_UNREACHED.pattern}", re.IGNORECASE)
_SET_READ_ONLY = re.compile(r"(?:super[-_])?read[-_]only\s*[= ]\s*(?:1|on|true)", re.IGNORECASE)
_MOST = re.compile(r"max[-_](?:user[-_])?connections\s*[= ]\s*(\d+)", re.IGNORECASE)
_FEW_CONNECTIONS = 50
_ENOUGH_PEERS = 2
"""So many others that do the same make it a custom."""
_PASSWORD = re.compile(r"(PASS|PASSWORD|PWD)$", re.IGNORECASE)
_USER = re.compile(r"(USER|USERNAME)$", re.IGNORECASE)


def is_mysql(cluster: Cluster, service: Service, scheme: str = "") -> bool:
    """Whether MySQL or its kin stands behind a service: by its image, its port, or how it is called."""
    images = [one.image for pod in cluster.selected(service) for one in pod.spec.containers]
    listens = {port.port for port in service.ports} | {int(one.target) for one in service.ports if one.target.isdigit()}
    return scheme in ("mysql", "mariadb") or any(_MYSQL.search(one) for one in images) or _MYSQL_PORT in listens


def servers(cluster: Cluster, engine: re.Pattern[str] = _MYSQL) -> dict[str, Container]:
    """The database servers among the apps: name and container."""
    return {app: one for app, one in cluster.containers() if engine.search(one.image)}


def credentials(cluster: Cluster) -> Iterator[Suspect]:
    """The user and password a client shows, and those the server was given or its other clients show."""
    accepted = {value for one in servers(cluster).values() for value in _held(cluster, one, _PASSWORD)}
    shown = {app: (_held(cluster, one, _USER), _held(cluster, one, _PASSWORD)) for app, one in _clients(cluster)}
    usual = Counter(shown.values()).most_common(1)
    for app, pair in shown.items():
        said = next((one.text for one in cluster.sayings_of(app) if _DENIED.search(one.text)), "")
        if said and _UNGIVEN.search(said) and not pair[1]:
            continue
        wrong = bool(accepted and pair[1] and not set(pair[1]) <= accepted)
        alone = usual[0][1] >= _ENOUGH_PEERS and _strange(pair, usual[0][0], known=bool(accepted))
        if wrong or alone or said:
            score = PROVEN if said else LIKELY if wrong else SUSPECTED
            sentence = f"{app} shows its database a user or password that the server does not accept."
            quotes = quoted(
                [cluster.answers.line(said[-120:]) if said else "", cluster.answers.line("USER", about=app)]
            )
            yield Suspect(f"app/{app}", "mysql_invalid_credentials", score, sentence, quotes)


_Shown = tuple[tuple[str, ...], tuple[str, ...]]


def _strange(shown: _Shown, usual: _Shown, *, known: bool) -> bool:
    """Whether a client shows another user than its peers, or another password where the server's is not `known`."""
    (user, password), (usual_user, usual_password) = shown, usual
    return bool(user and usual_user and user != usual_user) or bool(
        not known and password and password != usual_password
    )


def _clients(cluster: Cluster) -> Iterator[tuple[str, Container]]:
    """The apps that call a MySQL server, or that one has refused."""
    known = servers(cluster)
    for app, container in cluster.containers():
        refused = any(_DENIED.search(one.text) for one in cluster.sayings_of(app))
        if app not in known and (refused or _database(cluster, app, container)):
            yield app, container


def _database(cluster: Cluster, app: str, container: Container) -> Service | None:
    """The MySQL service a container is told to call."""
    for address in addresses(cluster, app, container):
        service = cluster.service(address.host)
        if service and is_mysql(cluster, service, address.scheme):
            return service
    return None


def _held(cluster: Cluster, container: Container, name: re.Pattern[str]) -> tuple[str, ...]:
    """The different values of variables of that name, own or from Secrets and ConfigMaps, in order."""
    return tuple(sorted({value for key, value in cluster.variables(container).items() if name.search(key)}))


def bindings(cluster: Cluster) -> Iterator[Suspect]:
    """The Secret that goes with an app, and whether the app binds one as the others bind theirs."""
    bound = {app: _bound(cluster, app) for app in dict.fromkeys(app for app, _ in cluster.containers())}
    usual = sum(any(_goes_with(secret, bound) == app for secret in secrets) for app, secrets in bound.items())
    everywhere = {secret for secrets in bound.values() for secret in secrets}
    named: set[str] = set()
    for secret in sorted(set(cluster.secrets) - everywhere):
        app = _goes_with(secret, bound)
        if app and not bound[app] and not _brings(cluster, app) and usual >= _ENOUGH_PEERS:
            named.add(app)
            sentence = f"{app} does not bind the Secret {secret} that goes with it, as the other apps bind theirs."
            quotes = quoted([cluster.answers.line(secret)])
            score = BROKEN if cluster.suffers(app) else SUSPECTED
            yield Suspect(f"app/{app}", "missing_secret_binding", score, sentence, quotes)
    yield from _unarmed(cluster, [app for app, secrets in bound.items() if not secrets and app not in named], bound)


def _goes_with(secret: str, apps: Iterable[str]) -> str:
    """The app a Secret is named after: `orders-service` for `orders-mysql`; the longest such name, "" for none."""
    stems = {app: _GENERAL.sub("", app) for app in apps}
    return max((app for app in apps if stems[app] and f"-{stems[app]}-" in f"-{secret}-"), key=len, default="")


def _unarmed(cluster: Cluster, apps: list[str], bound: dict[str, set[str]]) -> Iterator[Suspect]:
    """Apps that bind no Secret, miss settings or their database, and have peers that do bind one."""
    for app in apps:
        lacks = next((one.text for one in cluster.sayings_of(app) if _UNGIVEN.search(one.text)), "")
        said = lacks or next((one.text for one in cluster.sayings_of(app) if _NO_DATABASE.search(one.text)), "")
        peers = [one for one in bound if one != app and bound[one] and _kin(cluster, app, one)]
        if (
            said
            and not _brings(cluster, app)
            and app not in servers(cluster, _ENGINE)
            and len(peers) >= (1 if lacks else _ENOUGH_PEERS)
        ):
            sentence = f"{app} starts without the Secret that its settings come from; {peers[0]} binds one."
            quotes = quoted([cluster.answers.line(said[-120:]), cluster.answers.line(app, about="get pods")])
            yield Suspect(f"app/{app}", "missing_secret_binding", PROVEN if lacks else LIKELY, sentence, quotes)


def _brings(cluster: Cluster, app: str) -> bool:
    """Whether an app brings a password of its own."""
    return any(_held(cluster, one, _PASSWORD) for one in cluster.spec_of(app).containers)


def _kin(cluster: Cluster, one: str, other: str) -> bool:
    """Whether two apps are of one make: their images lie side by side."""
    shelves = [
        {container.image.rpartition("/")[0] for container in cluster.spec_of(app).containers} for app in (one, other)
    ]
    return bool(shelves[0] & shelves[1] - {""})


def _bound(cluster: Cluster, app: str) -> set[str]:
    spec = cluster.spec_of(app)
    containers = (*spec.init_containers, *spec.containers)
    named = {variable.secret for one in containers for variable in one.environment if variable.secret}
    return named | {one.source for one in spec.volumes if one.kind == "secret"} | set(spec.pull_secrets)


def unreached(cluster: Cluster) -> Iterator[Suspect]:
    """A client that cannot reach its database while the database is well, and whose port is not the server's."""
    complaints = _complaints(cluster, _UNREACHED)
    for app, container in cluster.containers():
        said = complaints.get(app, "")
        known = [one for one in addresses(cluster, app, container) if said and _mysql_behind(cluster, one)]
        for address in known:
            if _off(cluster, address):
                sentence = f"{app} calls its database at port {address.port}, where no server listens."
                quotes = quoted([cluster.answers.line(said[:100]), cluster.answers.line(address.written, about=app)])
                yield Suspect(f"app/{app}", "mysql_invalid_port", PROVEN, sentence, quotes)
        yield from _stray_port(cluster, app, container, said) if not known else ()
        if said and not known and len(complaints) == 1 and _unseen(cluster, container) and _well(cluster):
            sentence = (
                f"{app} alone does not reach the database, which is well: the port in its Secret is not the server's."
            )
            quotes = quoted([cluster.answers.line(said[:100])])
            yield Suspect(f"app/{app}", "mysql_invalid_port", LIKELY, sentence, quotes)


def _stray_port(cluster: Cluster, app: str, container: Container, said: str) -> Iterator[Suspect]:
    """A database port that stands alone, its host in a Secret that was not told: at which no server of the cluster listens."""
    offered = {port.port for one in cluster.services if is_mysql(cluster, one) for port in one.ports}
    for name, value in cluster.variables(container).items():
        if _PORT_NAME.search(name) and value.isdigit() and offered and int(value) not in offered:
            sentence = f"{app} is told to call its database at port {value}, where no server listens."
            quotes = quoted(
                [cluster.answers.line(name, value, about=app), cluster.answers.line(said[:100]) if said else ""]
            )
            yield Suspect(f"app/{app}", "mysql_invalid_port", PROVEN if said else BROKEN, sentence, quotes)


def _unseen(cluster: Cluster, container: Container) -> bool:
    """Whether settings come from a Secret whose values were not told."""
    return any(one.secret and not cluster.secrets.get(one.secret) for one in container.environment)


def _well(cluster: Cluster) -> bool:
    found = [pod for app in servers(cluster) for pod in cluster.pods_of(app)]
    return bool(found) and all(pod.ready for pod in found)


def _mysql_behind(cluster: Cluster, address: Address) -> bool:
    service = cluster.service(address.host)
    return service is not None and is_mysql(cluster, service, address.scheme)


def _off(cluster: Cluster, address: Address) -> bool:
    service = cluster.service(address.host)
    if service is None or address.port is None or not is_mysql(cluster, service, address.scheme):
        return False
    return address.port not in {one.port for one in service.ports}


def connections(cluster: Cluster) -> Iterator[Suspect]:
    """Connections asked for and connections allowed: by the server, or by the client's own pool."""
    yield from _server_fault(
        cluster, "db_connection_exhaustion", _EXHAUSTED, _few, "has no connection left for its clients"
    )
    for app, text in _complaints(cluster, _POOL_EMPTY).items():
        sentence = f"{app} has used up its own pool of database connections."
        yield Suspect(
            f"app/{app}", "db_connection_exhaustion", LIKELY, sentence, quoted([cluster.answers.line(text[-120:])])
        )


def _complaints(cluster: Cluster, complaint: re.Pattern[str]) -> dict[str, str]:
    return {one.app: one.text for one in cluster.sayings if complaint.search(one.text)}


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
    cluster: Cluster, code: str, complaint: re.Pattern[str], badly_set: Callable[[str], bool], what: str
) -> Iterator[Suspect]:
    """A fault of the server: told by a setting of its own, or by the complaints of its clients, or both."""
    said = _complaints(cluster, complaint)
    found = servers(cluster, _ENGINE)
    blamed = {name for name, one in found.items() if badly_set(_settings(cluster, name, one))}
    called = {cluster.app_behind(service) for app in said for service in [_called(cluster, app)] if service}
    called |= {callee for caller, callee in cluster.calls if caller in said}
    for server in blamed or (called & set(found)) or (set(found) if said else set()):
        score = PROVEN if said and server in blamed else BROKEN if said else LIKELY
        quotes = quoted([*(cluster.answers.line(text[-120:]) for text in said.values()), cluster.answers.line(server)])
        yield Suspect(f"app/{server}", code, score, f"{server} {what}.", quotes)
    for app, text in said.items():
        if app not in found:
            quotes = quoted([cluster.answers.line(text[-120:])])
            score = SUSPECTED if found else LIKELY
            yield Suspect(f"app/{app}", code, score, f"{app} complains that its database {what}.", quotes)


def _called(cluster: Cluster, app: str) -> Service | None:
    return next((service for one in cluster.spec_of(app).containers if (service := _database(cluster, app, one))), None)


def _settings(cluster: Cluster, app: str, container: Container) -> str:
    """The server's settings as text: its command, its variables, the ConfigMaps it mounts."""
    mounts = [one.source for one in cluster.spec_of(app).volumes if one.kind == "config"]
    files = [text for name in mounts for text in cluster.configs.get(name, {}).values()]
    return "\n".join(
        [" ".join(container.command), *(f"{one.name}={one.value}" for one in container.environment), *files]
    )
