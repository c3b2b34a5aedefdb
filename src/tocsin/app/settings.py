"""Every section of the configuration, read by its owner's model. Made by `Settings.read`; builds nothing."""

from dataclasses import dataclass, fields
from typing import Any

from pydantic import Field

from tocsin.app.worker import DurableSettings
from tocsin.config import Config
from tocsin.connectors.agents import AgentsSettings
from tocsin.connectors.channels import ChannelsConfig
from tocsin.connectors.executors.settings import ExecutorsConfig
from tocsin.connectors.mcp import ToolsSettings
from tocsin.connectors.models import ModelsSettings
from tocsin.connectors.outbound import OutboundSettings
from tocsin.connectors.pagers import PagersConfig
from tocsin.connectors.settings import ConnectorsConfig
from tocsin.connectors.trackers import TrackersConfig
from tocsin.errors import ConfigError
from tocsin.guard.policy import Policy
from tocsin.library.runbooks import RunbookSettings
from tocsin.model.cadence import Cadence
from tocsin.model.catalogue import Catalogue
from tocsin.model.ground import Value
from tocsin.model.rota import OnCall
from tocsin.model.saving import Baselines
from tocsin.playbooks.shelf import PlaybookSettings
from tocsin.roles.analysts.routing import Routing, catalogue_of
from tocsin.roles.analysts.severity import SeveritySettings
from tocsin.sources.authenticity.settings import SourcesSettings
from tocsin.sources.mapping import Mappings
from tocsin.stages.communicate import MessageSettings
from tocsin.stages.diagnose import DiagnosisSettings
from tocsin.stages.intake import IntakeRules
from tocsin.stages.investigate import EvidenceSettings
from tocsin.stages.people import PeopleRules
from tocsin.stages.progress import ProgressSettings
from tocsin.stages.review import ReviewSettings
from tocsin.stages.verify import VerifySettings
from tocsin.stages.watch import WatchSettings
from tocsin.store.settings import StoreSettings
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage import StatusPageSettings


class ReportSettings(Value):
    """Section `report`: how many incident types readers know, five or the four without infrastructure."""

    types: int = Field(default=5, ge=4, le=5)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration, typed. Field names are the section names."""

    config: Config
    store: StoreSettings
    sources: SourcesSettings
    mappings: Mappings
    outbound: OutboundSettings
    catalogue: Catalogue
    severity: SeveritySettings
    routing: Routing
    intake: IntakeRules
    connectors: ConnectorsConfig
    evidence: EvidenceSettings
    diagnosis: DiagnosisSettings
    runbooks: RunbookSettings
    executors: ExecutorsConfig
    messages: MessageSettings
    policy: Policy
    people: PeopleRules
    verify: VerifySettings
    progress: ProgressSettings
    cadence: Cadence
    report: ReportSettings
    review: ReviewSettings
    figures: Baselines
    serve: ServeSettings
    statuspage: StatusPageSettings
    watch: WatchSettings
    durable: DurableSettings
    oncall: OnCall
    playbooks: PlaybookSettings
    tools: ToolsSettings
    models: ModelsSettings
    agents: AgentsSettings
    pagers: PagersConfig
    channels: ChannelsConfig
    trackers: TrackersConfig

    @classmethod
    def read(cls, config: Config) -> "Settings":
        """Raises ConfigError with the path of the first mistake, or for a section nobody knows."""
        models: dict[str, Any] = {one.name: one.type for one in fields(cls) if one.name != "config"}
        settings = cls(config, **{name: config.section(name, model) for name, model in models.items()})
        catalogue_of(config)  # names and dependencies agree with each other
        unknown = config.unknown_sections()
        if unknown:
            known = ", ".join(sorted(models))
            raise ConfigError(unknown[0], "no such section.", f"Correct the spelling; there are: {known}.")
        return settings

    def names(self) -> tuple[str, ...]:
        """The sections there are."""
        return tuple(one.name for one in fields(self) if one.name != "config")
