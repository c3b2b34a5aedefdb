"""What well-known technologies are: a product's name tells which trade it belongs to, and so who can mend it.

General knowledge of the field, written down once; read by `classify`. Names are matched without case, spaces or dashes.
Nothing here is about any one installation: those names belong in the catalogue.
"""

from tocsin.model.ground import IncidentType

_DB, _NET, _APP = IncidentType.DATABASE, IncidentType.NETWORK, IncidentType.APPLICATION
_SEC, _INF = IncidentType.SECURITY, IncidentType.INFRASTRUCTURE

TRADES: dict[str, tuple[IncidentType, str]] = {
    "relational": (
        _DB,
        "postgres postgresql pgsql postgre pgbouncer pgpool pgpool2 odyssey patroni stolon repmgr barman pgbackrest wal-g "
        "cloudnativepg cnpg zalando-postgres crunchy mysql mysqld mariadb percona galera pxc innodb proxysql maxscale "
        "orchestrator-mysql vitess vttablet vtgate planetscale oracle-db oracle-database oracledb oracle tns-listener "
        "mssql sqlserver sql-server azure-sql db2 sybase informix firebird sqlite rds aurora cloudsql cloud-sql alloydb "
        "spanner cockroach cockroachdb crdb yugabyte yugabytedb tidb tikv citus supabase neon hana sap-hana teradata "
        "vertica greenplum netezza singlestore memsql exasol database postmaster sql mroonga dbaas lakebase",
    ),
    "document": (
        _DB,
        "mongodb mongo mongod mongos mongodb-atlas couchdb couchbase cosmosdb cosmos-db documentdb dynamodb firestore "
        "firebase cassandra scylla scylladb datastax astra hbase bigtable riak voldemort aerospike rethinkdb arangodb "
        "orientdb ravendb marklogic neo4j janusgraph dgraph neptune memgraph tarantool foundationdb leveldb rocksdb "
        "surrealdb ferretdb accumulo keyspaces fauna",
    ),
    "cache": (
        _DB,
        "redis redis-sentinel keydb valkey dragonfly dragonflydb memcached memcache mcrouter twemproxy nutcracker "
        "elasticache memorystore hazelcast ignite infinispan gemfire geode ehcache couchbase-memcached",
    ),
    "search": (
        _DB,
        "elasticsearch elastic opensearch solr lucene sphinx manticore meilisearch typesense vespa algolia quickwit "
        "zincsearch weaviate qdrant milvus pinecone chroma pgvector elastic-cloud elasticsearch-curator",
    ),
    "analytics": (
        _DB,
        "clickhouse druid pinot kylin trino presto prestodb starburst hive impala snowflake bigquery redshift synapse "
        "athena duckdb doris starrocks databend questdb influxdb influx timescale timescaledb promscale opentsdb kdb "
        "iceberg-catalog hive-metastore dremio kudu monetdb greptimedb tdengine iotdb graphite-db",
    ),
    "keyvalue": (_DB, "etcd etcd3 etcdserver bbolt"),
    "coordination": (_APP, "zookeeper kazoo chubby"),
    "discovery": (_NET, "consul eureka nacos"),
    "proxy": (
        _NET,
        "nginx nginxplus openresty tengine haproxy envoy traefik caddy squid kong apisix tyk krakend gloo ambassador "
        "emissary contour skipper pomerium pingora apache-traffic-server ats trafficserver gorouter load-balancer "
        "loadbalancer elb alb nlb aws-lb aws-load-balancer application-gateway ingress-nginx ingress ingress-controller "
        "metallb kube-vip keepalived vrrp lvs ipvs katran bigip big-ip f5 netscaler citrix-adc a10 avi octavia varnish "
        "api-gateway apigateway apigee front-door frontdoor reverse-proxy nginx-ingress gateway-api zuul pen relayd "
        "mod-jk hitch target-group healthy-host-count unhealthy-host-count un-healthy-host-count",
    ),
    "mesh": (_NET, "istio istiod pilot-discovery linkerd kuma osm service-mesh servicemesh consul-connect cilium-mesh"),
    "cni": (
        _NET,
        "cilium hubble calico felix typha flannel weave weavenet antrea kube-router multus ovn ovs openvswitch "
        "open-vswitch kube-ovn kube-proxy kubeproxy cni submariner tungsten contrail nsxt nsx",
    ),
    "dns": (
        _NET,
        "dns coredns kubedns kube-dns nodelocaldns node-local-dns bind bind9 named unbound powerdns pdns dnsmasq knot "
        "nsd route53 dnsdist external-dns externaldns designate gdnsd adguard pihole resolver nameserver "
        "nxdomain servfail infoblox dnssec",
    ),
    "cdn": (_NET, "cdn cloudflare fastly akamai cloudfront bunny-cdn cloudflared imperva-cdn edgecast"),
    "routing": (
        _NET,
        "bgp ospf isis mpls bfd bird frr frrouting quagga exabgp gobgp router switch cisco ios-xr nexus asa-vpn aci apic "
        "juniper junos arista eos mikrotik routeros ubiquiti unifi edgerouter vyos brocade extreme-networks mellanox "
        "cumulus sonic nokia-sros huawei-vrp meraki aruba ruckus panos palo-alto paloalto fortigate fortinet checkpoint "
        "sophos pfsense opnsense sonicwall vpn openvpn wireguard strongswan ipsec tailscale zerotier vpn-gateway "
        "direct-connect expressroute transit-gateway vpc subnet nat-gateway natgateway snat conntrack nftables iptables "
        "firewall dhcp dhcpd kea netbox librenms smokeping blackbox-icmp ping icmp snmp ifmib if-mib optic sfp "
        "transceiver peering uplink wan lan vlan vxlan lldp lacp netflow sflow neutron ovn-northd starlink "
        "bng isp interface ethernet 5g wifi access-point wlan packet-loss traceroute netops telecom sip-trunk ipam",
    ),
    "queue": (
        _APP,
        "kafka kafka-connect strimzi confluent redpanda msk schema-registry ksqldb burrow cruise-control mirrormaker "
        "rabbitmq rabbit activemq artemis amq nats jetstream nsq nsqd pulsar bookkeeper bookie sqs sns kinesis pubsub "
        "pub-sub eventhub event-hub servicebus service-bus eventbridge mosquitto emqx hivemq vernemq mqtt zeromq ibm-mq "
        "ibmmq solace beanstalkd gearman sidekiq resque celery rq dramatiq bullmq bull delayed-job faktory temporal "
        "cadence conductor consumer-group",
    ),
    "dataflow": (
        _APP,
        "airflow dagster prefect luigi oozie azkaban argo-workflows dbt spark flink beam dataflow dataproc emr glue "
        "databricks hadoop yarn mapreduce nifi streamsets storm samza heron debezium fivetran airbyte meltano singer "
        "talend informatica kettle etl dag data-pipeline ray dask kubeflow mlflow sagemaker jupyterhub jupyter "
        "great-expectations data-factory stitch",
    ),
    "monitoring": (
        _APP,
        "prometheus alertmanager thanos mimir cortex victoriametrics victoria-metrics vmagent vmalert vmstorage vminsert "
        "vmselect grafana loki promtail tempo pyroscope alloy grafana-agent jaeger zipkin otel opentelemetry "
        "otel-collector opentelemetry-collector collectd telegraf statsd graphite carbon icinga nagios zabbix sensu "
        "datadog newrelic new-relic dynatrace appdynamics splunk kibana logstash filebeat metricbeat heartbeat-beats "
        "fluentd fluent-bit fluentbit vector rsyslog syslog-ng graylog sentry pushgateway blackbox-exporter netdata "
        "cadvisor karma perses signoz uptrace parca phlare beyla watchdog-alert dead-mans-switch m3db chronograf "
        "kapacitor honeycomb observability",
    ),
    "delivery": (
        _APP,
        "argocd argo-cd argo flux fluxcd spinnaker jenkins gitlab gitlab-ci github-actions circleci travis teamcity "
        "bamboo buildkite drone woodpecker tekton concourse harness octopus-deploy gocd helm helmrelease kustomization "
        "sonarqube nexus-repository artifactory jfrog gitea gerrit bitbucket github crossplane backstage "
        "renovate zuul-ci argo-rollouts gatekeeper-sync launchdarkly codedeploy codepipeline azure-devops sync-wave",
    ),
    "appserver": (
        _APP,
        "tomcat jetty jboss wildfly weblogic websphere undertow payara glassfish iis apache apache-http httpd php "
        "php-fpm phpfpm uwsgi gunicorn uvicorn puma unicorn passenger node-js nodejs deno bun golang goroutine goroutines "
        "java jvm jmx python ruby rails django flask fastapi laravel symfony spring spring-boot springboot dotnet "
        "aspnet asp-net kestrel erlang beam-vm elixir phoenix rust perl scala akka quarkus micronaut vertx graphql grpc "
        "express nextjs next-js lambda cloud-run cloudrun azure-functions app-engine appengine heroku fargate "
        "beanstalk web-app webapp app-service",
    ),
    "webapp": (
        _APP,
        "wordpress drupal joomla magento shopify mediawiki confluence jira discourse moodle nextcloud owncloud mattermost "
        "rocketchat zulip matrix synapse-matrix jitsi bigbluebutton freeswitch asterisk kamailio opensips sip postfix "
        "dovecot exim sendmail smtp mailman roundcube zimbra exchange-server salesforce servicenow zendesk superset "
        "metabase redash tableau looker odoo sap-netweaver mastodon peertube homeassistant "
        "home-assistant ethereum bitcoin geth solana polkadot graph-node cosmos-validator blockchain bitcoind "
        "chia hyperledger plausible matomo keystone barbican glance manila magnum heat ironic-api horizon placement "
        "sign-up sign-ups stripe paypal adyen braintree twilio sendgrid mailgun ldap-app triton vllm ollama openai anthropic",
    ),
    "runtimesecurity": (
        _SEC,
        "falco sysdig tetragon tracee wazuh ossec suricata snort zeek crowdstrike sentinelone carbon-black cylance "
        "defender microsoft-defender sysmon auditd osquery clamav guardduty securityhub security-hub macie inspector "
        "prisma-cloud twistlock aqua trivy grype snyk kubescape kube-bench kyverno gatekeeper opa lacework orca wiz "
        "qualys nessus tenable rapid7 siem qradar arcsight sentinel chronicle elastic-security splunk-es fail2ban "
        "modsecurity waf ddos sql-injection ransomware malware crowdsec "
        "honeypot canarytoken fastnetmon cloudtrail antivirus yara mimikatz "
        "cobaltstrike "
        "cobalt-strike metasploit edr xdr ids nids dlp m365 office365 entra zscaler netskope proofpoint",
    ),
    "identity": (
        _SEC,
        "vault openbao sealed-secrets external-secrets eso cert-manager certmanager x509 tls ssl certificate cert letsencrypt "
        "acme keycloak okta auth0 onelogin ping-identity azure-ad azuread active-directory activedirectory adfs ldap "
        "openldap freeipa kerberos saml oidc oauth dex authelia authentik teleport boundary cyberark hashicorp-vault kms "
        "hsm iam duo jumpcloud radius freeradius spire spiffe pki ejbca step-ca sssd",
    ),
    "orchestrator": (
        _INF,
        "kubernetes k8s kube kubelet kubeapi kube-apiserver apiserver kube-scheduler kube-controller-manager openshift "
        "okd rancher rke k3s eks aks gke nomad mesos marathon dcos docker dockerd docker-swarm containerd cri-o podman "
        "pod pods statefulset daemonset replicaset deployment-replicas hpa vpa poddisruptionbudget pdb pvc "
        "persistentvolume persistentvolumeclaim persistent-volume configmap namespace-quota kubeclient kubernetes-job "
        "cronjob cluster-autoscaler clusterautoscaler karpenter keda cluster-api capi machine-api machineset kured velero "
        "prometheus-operator kube-state-metrics metrics-server gardener admission-webhook crd harbor container-runtime "
        "ecs autoscaling autoscaler descheduler kubevirt machine-config",
    ),
    "host": (
        _INF,
        "host server node node-exporter linux windows windows-server systemd systemd-unit cpu iowait load-average loadavg "
        "swap inode inodes filesystem file-system kernel oomkiller ntp chrony chronyd timesyncd clock-skew clock process-exporter "
        "systemd-service cron crond puppet ansible saltstack chef terraform reboot uptime edac mce raid mdraid mdadm lvm "
        "zombie-process file-descriptor textfile dpkg apt ubuntu debian rhel centos vm virtual-machine hypervisor proxmox "
        "pve vmware vsphere vcenter esxi hyperv hyper-v kvm libvirt qemu xen nutanix ovirt openstack nova nova-compute "
        "ironic virtualbox solaris aix freebsd macos jamf",
    ),
    "hardware": (
        _INF,
        "ipmi idrac ilo bmc redfish hpe dell supermicro lenovo-xcc psu power-supply fan temperature thermal ups apcupsd nut "
        "apc pdu smartctl smart smartmon nvme ssd hdd dimm ecc gpu nvidia dcgm megaraid storcli cooling humidity voltage "
        "battery chassis enclosure hba hardware datacenter-power rack ipmitool eaton",
    ),
    "storage": (
        _INF,
        "ceph rook osd mds rgw radosgw rbd zfs zpool btrfs glusterfs gluster lustre gpfs spectrum-scale beegfs moosefs "
        "nfs cifs smb samba san nas iscsi netapp ontap trident pure-storage purestorage emc isilon powerscale equallogic "
        "synology qnap truenas minio swift s3 blob-storage gcs ebs efs fsx longhorn openebs portworx linstor drbd "
        "seaweedfs hdfs namenode datanode cinder manila-share storage volume snapmirror csi backup restic borg borgbackup "
        "veeam bacula bareos rsnapshot duplicity tape quobyte storageos disk lun garage",
    ),
    "cloud": (
        _INF,
        "aws gcp azure digitalocean droplet linode hetzner ovh scaleway vultr ec2 gce compute-engine cloudwatch csp "
        "service-quota quota azure-vm vmss alicloud oci ibm-cloud equinix packet spot-instance",
    ),
}
"""Trade -> the type its incidents have, and the names of its technologies."""


def normal(name: str) -> str:
    """The spelling under which names are compared: lower-case letters and digits only."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


KNOWN: dict[str, str] = {normal(name): trade for trade, (_, names) in TRADES.items() for name in names.split()}
"""Normal name -> trade. A name in two trades belongs to the later one."""

TYPE_OF: dict[str, IncidentType] = {trade: kind for trade, (kind, _) in TRADES.items()}

_COMMON = (
    "database sql dbaas router switch interface isp uplink wan lan vpn firewall ping icmp dns resolver nameserver ingress "
    "cdn load-balancer loadbalancer api-gateway apigateway network host server node cpu disk storage volume filesystem "
    "file-system inode inodes swap kernel reboot clock vm virtual-machine hardware fan temperature battery rack gpu backup "
    "snapshot csi etl dag java python go golang ruby php rust grpc lambda sip express quota pod pods certificate cert tls ssl x509 "
    "sign-up sign-ups target-group observability raft vector harness conductor interface optic"
)
COMMON: frozenset[str] = frozenset(normal(name) for name in _COMMON.split())
"""Names of things rather than of products: they say what an alert is about only where no product is named."""
