"""Section `connectors` of the configuration: one entry per system, each modelled by its own connector. Read by `app`."""

from tocsin.connectors.alertmanager import AlertmanagerConfig
from tocsin.connectors.cloudwatch import CloudwatchConfig
from tocsin.connectors.datadog import DatadogConfig
from tocsin.connectors.elasticsearch import ElasticsearchConfig
from tocsin.connectors.jaeger import JaegerConfig
from tocsin.connectors.kubernetes import KubernetesConfig
from tocsin.connectors.loki import LokiConfig
from tocsin.connectors.prometheus import PrometheusConfig
from tocsin.connectors.snapshot import SnapshotConfig
from tocsin.connectors.tempo import TempoConfig
from tocsin.model.ground import Value


class ConnectorsConfig(Value):
    """A system that is not named is not asked."""

    prometheus: PrometheusConfig | None = None
    datadog: DatadogConfig | None = None
    cloudwatch: CloudwatchConfig | None = None
    alertmanager: AlertmanagerConfig | None = None
    loki: LokiConfig | None = None
    elasticsearch: ElasticsearchConfig | None = None
    jaeger: JaegerConfig | None = None
    tempo: TempoConfig | None = None
    kubernetes: KubernetesConfig | None = None
    snapshot: SnapshotConfig | None = None
