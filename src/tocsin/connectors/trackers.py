"""Section `trackers` of the configuration, and the trackers it names. Read and opened by `app`."""

from collections.abc import Mapping

from tocsin.config import Config
from tocsin.connectors.github_issues import GithubConfig, GithubIssues
from tocsin.connectors.jira_issues import JiraConfig, JiraIssues
from tocsin.model.ground import Value
from tocsin.ports import Tracker


class TrackersConfig(Value):
    """Where action items are kept besides here. A tracker is called by the name of its setting."""

    github: GithubConfig | None = None
    jira: JiraConfig | None = None

    def names(self) -> tuple[str, ...]:
        """Those that are configured."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)


def open_trackers(config: Config) -> Mapping[str, Tracker]:
    """The configured trackers by name. Raises ConfigError for a secret that is not where it should be."""
    settings = config.section("trackers", TrackersConfig)
    trackers: list[Tracker] = []
    if settings.github:
        trackers.append(GithubIssues.opened(settings.github, config))
    if settings.jira:
        trackers.append(JiraIssues.opened(settings.jira, config))
    return {one.name: one for one in trackers}
