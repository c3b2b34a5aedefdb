"""Runbooks from a Git repository at a pinned commit: exactly that commit, from the cache afterwards, and errors one can act on."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from tocsin.errors import DataError
from tocsin.library.git import GitRunbooks, pages
from tocsin.library.runbooks import RunbookSettings, load_shelf, open_shelf

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed (Debian package git)")

PAGE = """---
id: warm_cache
title: Warm the cache
version: {version}
risk: read
---
# Warm the cache

```yaml step
name: look
text: Look at the cache.
purpose: check
risk: read
run: {{executor: manual}}
```
"""


class Repository:
    """A repository of runbooks in a folder, and the settings that read it."""

    def __init__(self, place: Path) -> None:
        self.place, self.home = place / "origin", place / "cache"
        (self.place / "books").mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.first = self.release(1)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *arguments], cwd=self.place, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def release(self, version: int) -> str:
        (self.place / "books" / "warm.md").write_text(PAGE.format(version=version))
        (self.place / "README.md").write_text("# Not a runbook of ours\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", f"version {version}")
        return self.git("rev-parse", "HEAD")

    def at(self, commit: str, folder: str = "books") -> GitRunbooks:
        return GitRunbooks(url=self.place.as_uri(), commit=commit, folder=folder, cache=str(self.home))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_the_pinned_commit_is_read_even_when_its_branch_has_moved_on(repository: Repository) -> None:
    repository.release(2)
    assert open_shelf(RunbookSettings(git=repository.at(repository.first))).get("warm_cache").version == 1


def test_a_pin_moved_by_people_reads_the_new_commit(repository: Repository) -> None:
    open_shelf(RunbookSettings(git=repository.at(repository.first)))
    second = repository.release(2)
    assert open_shelf(RunbookSettings(git=repository.at(second))).get("warm_cache").version == 2


def test_a_commit_once_fetched_needs_the_network_no_more(repository: Repository) -> None:
    source = repository.at(repository.first)
    pages(source)
    shutil.rmtree(repository.place)
    assert [page.path for page in pages(source)] == ["warm.md"]


def test_a_page_says_where_it_came_from_to_the_commit(repository: Repository) -> None:
    runbook = open_shelf(RunbookSettings(git=repository.at(repository.first))).get("warm_cache")
    assert runbook.origin == f"{repository.place.as_uri()}@{repository.first[:12]}:books/warm.md"


def test_the_built_in_shelf_stays_and_folders_come_last(repository: Repository, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "warm.md").write_text(PAGE.format(version=7))
    shelf = open_shelf(RunbookSettings(git=repository.at(repository.first), folders=(str(own),)))
    assert shelf.get("warm_cache").version == 7
    assert len(shelf) == len(load_shelf()) + 1


def test_a_link_in_the_repository_reads_no_file_of_this_machine(repository: Repository) -> None:
    (repository.place / "books" / "passwd.md").symlink_to("/etc/passwd")
    commit = repository.release(2)
    assert [page.path for page in pages(repository.at(commit))] == ["warm.md"]


def test_the_whole_repository_is_read_when_no_folder_is_named(repository: Repository) -> None:
    assert [page.path for page in pages(repository.at(repository.first, ""))] == ["README.md", "books/warm.md"]


def test_a_commit_that_is_not_there_is_told_with_what_to_check(repository: Repository) -> None:
    with pytest.raises(DataError) as refusal:
        pages(repository.at("0" * 40))
    assert refusal.value.code == "TCS-DATA-GIT"
    assert refusal.value.do


def test_nothing_half_fetched_stays_in_the_cache(repository: Repository) -> None:
    with pytest.raises(DataError):
        pages(repository.at("0" * 40))
    assert list(repository.home.iterdir()) == []


def test_a_folder_without_runbooks_is_a_mistake_not_an_empty_shelf(repository: Repository) -> None:
    with pytest.raises(DataError, match="no Markdown file"):
        pages(repository.at(repository.first, "nowhere"))


def test_bytes_changed_in_the_cache_are_noticed(repository: Repository) -> None:
    source = repository.at(repository.first)
    pages(source)
    store = next(repository.home.iterdir())
    blob = repository.git("rev-parse", f"{repository.first}:books/warm.md")
    other = subprocess.run(
        ["git", "--git-dir", str(store), "hash-object", "-w", "--stdin"], input=b"# x", check=True, capture_output=True
    )
    forged = other.stdout.decode().strip()
    for pack in (store / "objects" / "pack").iterdir():
        pack.chmod(0o600)
        pack.unlink()
    place = store / "objects" / blob[:2]
    place.mkdir(exist_ok=True)
    shutil.copy(store / "objects" / forged[:2] / forged[2:], place / blob[2:])
    with pytest.raises(DataError):
        pages(source)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ext::sh -c touch% x"},
        {"url": "--upload-pack=touch"},
        {"url": "http://git.example.net/x"},
        {"url": "git@example.net:x"},
        {"commit": "main"},
        {"commit": "0123456"},
        {"commit": "--all"},
        {"folder": "-x"},
        {"folder": "/etc"},
    ],
)
def test_an_entry_that_could_move_or_mislead_is_refused(wrong: dict[str, str]) -> None:
    right = {"url": "https://git.example.net/x", "commit": "0" * 40, "folder": "books"}
    GitRunbooks.model_validate(right)
    with pytest.raises(ValidationError):
        GitRunbooks.model_validate({**right, **wrong})


def test_a_runbooks_digest_is_over_what_it_says_and_not_where_it_lies(repository: Repository, tmp_path: Path) -> None:
    fetched = open_shelf(RunbookSettings(git=repository.at(repository.first))).get("warm_cache")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "warm.md").write_text(PAGE.format(version=1))
    copied = load_shelf([tmp_path / "copy"]).get("warm_cache")
    assert fetched.digest == copied.digest
    (tmp_path / "copy" / "warm.md").write_text(PAGE.format(version=2))
    assert load_shelf([tmp_path / "copy"]).get("warm_cache").digest != copied.digest
