"""Runbooks out of a Git repository, at one commit that people pinned. Called by `runbooks` when the shelf is opened.

Nothing is checked out: files are read as objects and each is hashed again, so no hook, filter, link or edited work tree can
come between the pinned commit and what is read. A branch is never followed; another commit needs another configuration.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from hashlib import new as hasher
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from tocsin.errors import DataError
from tocsin.model.ground import Value

FETCH_SECONDS, READ_SECONDS = 120, 30
MOST_FILES, MOST_BYTES = 2_000, 1_000_000
_GUARDS = (
    "-c",
    "protocol.allow=never",
    *(part for scheme in ("https", "ssh", "file") for part in ("-c", f"protocol.{scheme}.allow=always")),
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "fetch.fsckObjects=true",
)


class GitRunbooks(Value):
    """`runbooks.git`: where the repository is, which commit of it, and the folder inside."""

    url: str = Field(pattern=r"^(https://|ssh://|file:///|/)[^\s@:]([^\s]*)$")
    """`https://`, `ssh://`, `file://` or an absolute path; credentials belong to git's own helpers, never in here."""
    commit: str = Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")
    """The whole id. A branch or a tag could move under you."""
    folder: str = Field(default="", pattern=r"^[^-/\s][^\s]*[^/\s]$|^$")
    cache: str = ".tocsin/runbooks"
    """Where fetched commits are kept; relative to the working directory."""


class Page(NamedTuple):
    """One Markdown file of the commit. `path` is that inside the configured folder."""

    path: str
    origin: str
    text: str


def pages(source: GitRunbooks) -> list[Page]:
    """Every Markdown file under the folder, at exactly that commit, in order of path. Raises DataError with what to do.

    The network is needed once for each commit; after that the cache answers.
    """
    store = _fetched(source)
    found = list(_entries(store, source))
    if not found:
        raise _failed(source, f"has no Markdown file under {source.folder or 'its root'!r}", "Correct `folder`.")
    if len(found) > MOST_FILES:
        raise _failed(source, f"has more than {MOST_FILES} Markdown files there", "Name a smaller `folder`.")
    return [_page(store, source, path, blob) for path, blob in sorted(found)]


def _fetched(source: GitRunbooks) -> Path:
    """The bare repository that holds the commit, fetched when it is not there; complete or not there at all."""
    place = Path(source.cache).resolve() / f"{sha256(source.url.encode()).hexdigest()[:16]}-{source.commit}.git"
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="fetching-") as room:
        fresh = Path(room) / "repository"
        kind = "sha256" if len(source.commit) == 64 else "sha1"
        _git(source, None, "init", "--quiet", "--bare", f"--object-format={kind}", str(fresh))
        _fetch(source, fresh)
        found = _git(source, fresh, "rev-parse", "--verify", f"{source.commit}^{{commit}}").decode().strip()
        if found != source.commit:
            raise _failed(source, f"calls another commit by that id ({found[:12]})", "Check the id.")
        _keep(fresh, place)
    return place


def _fetch(source: GitRunbooks, fresh: Path) -> None:
    """Just the commit, where the server gives single commits; else all branches, of which only the commit is read."""
    try:
        _git(source, fresh, "fetch", "--quiet", "--depth=1", "--no-tags", "--", source.url, source.commit)
    except DataError:
        _git(source, fresh, "fetch", "--quiet", "--no-tags", "--", source.url, "+refs/heads/*:refs/fetched/*")


def _keep(fresh: Path, place: Path) -> None:
    """Into the cache in one step; whoever else fetched the same meanwhile has fetched the same."""
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():
            raise


def _entries(store: Path, source: GitRunbooks) -> Iterator[tuple[str, str]]:
    """Path inside the folder and object id of each regular Markdown file; links and submodules are left out."""
    folder = f"{source.folder}/" if source.folder else ""
    listed = _git(source, store, "ls-tree", "-r", "-z", "--full-tree", source.commit, "--", folder or ".")
    for entry in listed.decode("utf-8", "replace").split("\0"):
        about, _, path = entry.partition("\t")
        if about.startswith(("100644 blob ", "100755 blob ")) and path.endswith(".md"):
            yield path.removeprefix(folder), about.split()[2]


def _page(store: Path, source: GitRunbooks, path: str, blob: str) -> Page:
    data = _git(source, store, "cat-file", "blob", blob)
    origin = f"{source.url}@{source.commit[:12]}:{source.folder + '/' if source.folder else ''}{path}"
    if len(data) > MOST_BYTES:
        raise DataError(f"{origin}: is larger than {MOST_BYTES} bytes.", "Split the page.")
    hashed = hasher("sha256" if len(blob) == 64 else "sha1", b"blob %d\0" % len(data) + data)
    if hashed.hexdigest() != blob:
        raise DataError(f"{origin}: its bytes are not those of the commit.", f"Delete {store} and start again.")
    try:
        return Page(path, origin, data.decode())
    except UnicodeDecodeError as mistake:
        raise DataError(f"{origin}: is not UTF-8.", "Correct the file, and pin the new commit.") from mistake


def _git(source: GitRunbooks, store: Path | None, *arguments: str) -> bytes:
    """What git prints. Raises DataError with its own words when it fails. It can ask nobody for a password."""
    program = shutil.which("git")
    if program is None:
        raise _failed(source, "cannot be read, because git is not installed", "Install git, or use `runbooks.folders`.")
    within = ("--git-dir", str(store)) if store else ()
    limit = FETCH_SECONDS if arguments[0] == "fetch" else READ_SECONDS
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, its values shaped by the model
            [program, *_GUARDS, *within, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
            start_new_session=True,
            cwd=os.sep,
        )
    except subprocess.TimeoutExpired as late:
        raise _failed(source, f"was not read within {limit} s", "Check the network, and start again.") from late
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1][:200] if said else f"status {done.returncode}"
        raise _failed(source, f"cannot be read: git {arguments[0]} says: {why}", _advice(arguments[0]))
    return done.stdout


def _advice(verb: str) -> str:
    if verb == "fetch":
        return "Check `url`, that this machine may read it without being asked, and that it has the commit."
    return "Check that `commit` is the whole id of a commit of that repository."


def _failed(source: GitRunbooks, what: str, do: str) -> DataError:
    return DataError(f"The repository of runbooks {source.url} {what}.", do, code="TCS-DATA-GIT")
