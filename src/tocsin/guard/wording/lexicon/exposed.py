"""What customers should not read: technical words, names of machines, addresses, tickets, personal numbers. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import any_of

JARGON = any_of(
    r"p(?:50|75|90|95|99|999)(?: latenc(?:y|ies))?",
    r"(?<!air)(?<!ear)pods?",
    r"k8s",
    r"kubernetes|kubelet|kube-?\w{2,12}|kubectl|helm charts?",
    r"etcd|raft|wal|fsync|zookeeper|consul",
    r"slos?|slis?|sla breach|error budgets?",
    r"oom(?:-?kill(?:ed|er|s|ing)?)?",
    r"out of memory|out-of-memory|memory (?:leaks?|pressure|exhaustion|usage)",
    r"heap(?: dumps?| space| size)?",
    r"garbage collect(?:ion|or)",
    r"gc pauses?",
    r"crash-?loop(?:s|ing|backoff)?",
    r"(?:read |db |database |primary |secondary )?replica(?:s|tion(?: lag)?| sets?| lag)?",
    r"shard(?:s|ed|ing)?",
    r"fail(?:ed|ing)?[- ]?over(?: to)?|failovers?",
    r"dead-?lock(?:s|ed)?",
    r"mutex(?:es)?|semaphores?|race conditions?",
    r"(?<!conversation )(?<!comment )(?<!message )(?<!discussion )(?:worker |kernel |database )?threads?(?= (?:pool|exhaust|starv|dump|lock|block|count)|s? (?:are |is )?"
    r"(?:blocked|exhausted|starved|stuck))|thread[- ]?pools?(?: exhaustion)?",
    r"connection pool(?:s|ing)?",
    r"pool (?:exhaust(?:ion|ed)|size)|exhausted (?:connections?|pool)",
    r"(?:slow |long-running |sql |db |database )?quer(?:y|ies)(?: planner| timeouts?| plan)?",
    r"(?:database|db|sql) (?:connections?|locks?|clusters?|primary|nodes?|replicas?|servers?|instances?|migrations?|tables?|schemas?|index(?:es)?|pool|deadlock|failover|hosts?|service)",
    r"(?:primary|secondary|master|slave|standby|cloud|relational) databases?(?: service)?",
    r"rejecting connections",
    r"connections? (?:refused|reset|timeouts?|storms?|leaks?)",
    r"(?:dropp?ing|dropped|refusing|resetting) (?:all )?connections",
    r"time-?outs?",
    r"timing out",
    r"(?:http(?:s)? |status |status codes? |error codes? |errors? |code )(?:4\d\d|5\d\d)s?(?: errors?| responses?| codes?)?",
    r"(?:4\d\d|5\d\d)s?(?: (?:errors?|responses?|status(?:es)?|codes?|bad gateway|service unavailable|internal server error|gateway timeouts?|too many requests))|"
    r"(?<![.,\d] )(?<!about )(?<!around )(?<!of )(?<!than )(?<!for )(?<!to )(?:429|50[0-4])s?(?= on\b| for\b| from\b| when\b|[.,;)])",
    r"[45]xx(?:s| errors?| responses?)?",
    r"load[- ]?balancers?|lb|nlb|alb|elb",
    r"ingress(?: controllers?)?",
    r"egress",
    r"(?:reverse |api |http |web )prox(?:y|ies)|prox(?:y|ies)(?! (?:vote|form|statement|fight|season|card))",
    r"(?:upstream|downstream)(?! provider)",
    r"backends?|back-end(?: services?)?|middleware",
    r"(?:worker |gpu |compute |cluster |kubernetes |unhealthy |draining )?nodes?(?! ?js)",
    r"(?<!a )clusters?(?! of\b)",
    r"namespaces?",
    r"(?:docker |linux )?containers?(?= (?:image|restart|crash|runtime|orchestrat|registry))|docker",
    r"micro-?services?",
    r"kafka|rabbitmq|celery|sqs|sns|pub/?sub",
    r"consumer (?:groups?|lag)",
    r"(?:disk|kafka|table|topic|network|data|\d{1,4}|three|two|several) partitions?|partition(?:s)? (?:lost|lag|offline|reassign\w{0,6})|network partition(?:ed|ing)?",
    r"(?:message |kafka )?brokers?(?= (?:lost|down|fail|restart|crash|is|are|node))|message brokers?",
    r"(?:message|job|dead[- ]letter|work(?:er)?|task) queues?(?: depth| backlog| lag)?|queue (?:depth|backlog|lag)|dead[- ]letter",
    r"redis|memcached|postgres(?:ql)?|mysql|mariadb|mongodb?|cassandra|dynamo(?:db)?|elasticsearch|opensearch|clickhouse|rds|aurora cluster|s3 buckets?",
    r"nginx|haproxy|envoy|istio|traefik|varnish|linkerd|sidecars?",
    r"cpu(?: throttling| usage| load)?|iops|gpu nodes?",
    r"(?:disk|network|file|storage|block) ?i/?o|i/o wait",
    r"dns(?: records?| resolution| servers?| propagation| zone)?|bgp(?: routes?| session)?|anycast|nat gateways?|vpc|vpn tunnels?|mtu|arp|vlans?|subnets?",
    r"graphql resolvers?|(?:throws?|threw|throwing|raises?|raising) (?:an? )?exceptions?",
    r"(?-i:[A-Z][A-Za-z]{3,40}(?:Exception|Error)s?)|waf|syn packets?|origin servers?|tls|ssl|mtls|tcp|udp|grpc|rpc|x\.?509|handshakes?",
    r"packet[- ]loss|round[- ]trip|jitter",
    r"latenc(?:y|ies)",
    r"throughput",
    r"qps|rps|tps|iops",
    r"cron ?jobs?|daemon(?:s|sets?)?|systemd",
    r"stack ?traces?|core dumps?|null ?pointers?|segfaults?|segmentation faults?|kernel panics?",
    r"(?:unhandled |null ?pointer |runtime |uncaught |java |python )exceptions?|throwing exceptions?|exceptions? (?:in|thrown|from) (?:the|our)",
    r"roll(?:ed|ing)?[- ]?backs?|hot-?fix(?:es)?|canar(?:y|ies)(?: release| deploy(?:ment)?)?|feature[- ]flags?|blue[-/]green|ci/?cd|build pipeline",
    r"config(?:map)?s?(?: push(?:es)?| drift| reload)|configmaps?|yaml|terraform|ansible|env(?:ironment)? variables?",
    r"cache (?:miss|eviction|stampede|invalidation|warm(?:ing|-up)?|layer|cluster|key)(?:es|s)?|cold cache|caching layer",
    r"rate[- ]?limit(?:er|ing|ed|s|ers)?|throttl(?:ing|ed)(?= (?:on|of|by|in|at)\b|[.,;]|$)|back-?pressure",
    r"circuit[- ]breakers?|retry storms?|thundering herd|exponential backoff|retries exhausted|back-?off",
    r"regression|memory-?leaks?",
    r"autoscal(?:er|ing)|auto-scal(?:er|ing)|scal(?:e|ed|ing) (?:out|up) (?:the|our)|horizontal scaling|over-?provision(?:ed|ing)",
    r"(?:service |event )mesh|event bus|message bus|webhook workers?|control plane|data plane|hypervisors?|bare[- ]metal",
    r"idempoten(?:t|cy)|serializ(?:ation|er) error|json pars(?:e|ing)|payload deserializ\w{1,10}|checksum mismatch|schema migrations?|orm",
    r"prod(?= |[.,;]|$)|staging environment|deploy(?:s|ed)? (?:to|in) prod(?:uction)?",
    r"split[- ]brain|quorum|leader election|consensus|lease|leases expired|heartbeats?",
)
"""Words a customer should not need to know."""
_PLACE = r"(?:prod|production|stage|staging|stg|dev|uat|qa|preprod|live|eu|us|ap|uk|de|fra|lhr|iad|sfo|dc\d?|az\d?)"
_KIND = (
    r"(?:db|sql|pg|postgres|mysql|mongo|redis|cache|kafka|mq|rabbit|queue|broker|api|app|web|www|srv|server|svc|service|node|host|vm|box|worker|job|cron|"
    r"lb|gw|gateway|proxy|nginx|haproxy|ingress|edge|k8s|kube|cluster|primary|replica|master|slave|shard|backend|frontend|auth|mail|smtp|relay|"
    r"fs|nfs|nas|san|storage|backup|log|logs|search|es|etcd|bastion|jump|vpn|fw|dns|ns|ldap|rack|switch|router|pod|container|core|ledger|batch|scheduler)"
)
HOST = Late(
    r"\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:internal|local|lan|corp|intra|svc|cluster|consul|localdomain|private|"
    r"compute|amazonaws)\b(?:\.[a-z]{2,12}){0,3}|"
    r"(?<![\w/@#.-])(?!(?:us|eu|ap|sa|ca|af|me|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-?\d\b)(?:[a-z0-9]{1,20}-){1,5}(?:\d{1,4}[a-z]?|(?=[a-z]{0,6}\d)[a-z0-9]{3,10}|[a-f0-9]{6,10}(?:-[a-z0-9]{4,6})?)\b(?<=[\w-])",
    re.IGNORECASE,
)
"""Names of machines. One that only has dashes and a number must also have a part that machines are called by: `HOST_PART`."""
HOST_PART = Late(
    rf"(?:^|-){_KIND}\d{{0,3}}(?=-|$)|(?:^|-)(?:prod|production|staging|stg|preprod|uat)(?=-|$)|-[a-f0-9]{{6,10}}-[a-z0-9]{{4,6}}$|\.(?:internal|local|lan|corp|intra|svc|cluster|consul|localdomain|private|compute|amazonaws)",
    re.I,
)
SERVICE_NAME = Late(
    rf"(?<![\w/@#.-])(?:(?:ip|i|vol|eni|sg|vpc|subnet|arn|ami|snap|rtb|igw)-[0-9a-f][\w-]{{3,40}}|"
    rf"[a-z][a-z0-9]{{1,20}}(?:-[a-z0-9]{{1,20}}){{0,4}}-(?:svc|service|api|db|prod|worker|backend|proxy|gateway|cluster|primary|replica|queue|cache|staging|srv|daemon|operator|controller|consumer|producer|lambda|bucket|topic|cronjob|sidecar)|"
    rf"(?:prod|stage|stg|staging|dev|uat|preprod|k8s|kube|db|srv|vm)-[a-z0-9]{{1,20}}(?:-[a-z0-9]{{1,20}}){{0,5}}|"
    rf"{_KIND}{_PLACE}?\d{{1,3}}(?=[ .,;)]|$))(?![\w-])",
    re.IGNORECASE,
)
PUBLIC_TERMS = Late(
    r"^(?:self-service|web-service|customer-service|in-service|full-service|rest-api|public-api|web-api|dev-\w{1,8}ments?|es\d|web\d|app\d|core\d|live\d)$",
    re.I,
)
ADDRESS = Late(
    r"(?<![\w.])(?!1\.1\.1\.[1-3]\b|8\.8\.[48]\.[48]\b)(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2}|:\d{2,5})?\b(?!\.\d)|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:){2,6}:[0-9a-f]{0,4}\b",
    re.IGNORECASE,
)
MODEL_BEFORE = Late(
    r"\b(?:type|types|model|models|series|version|flight|flights|line|lines|gate|gates|route|form|norm|standard|regulation|class|train|bus|tram|product|article|item|device|devices|meters?|zone|area|room|hall|terminal|platform|track|exit|section|building|tariff|plan)s? (?:of type )?$",
    re.IGNORECASE,
)
"""Words after which letters and a number name a product, not a ticket."""
VERSION_BEFORE = Late(r"\b(?:version|release|v|build|app|ios|android|client|firmware)\s{0,2}$", re.I)
TICKET = Late(
    r"(?-i:\b(?!UTC-|GMT-|COVID-|ISO-|UTF-|SHA-|PS-|CVE-|RFC-|FAQ-|TLS-|USB-|HTTP-|AES-|IPV-|MP-|H-|PCI-|SOC-|GDPR-)[A-Z][A-Z0-9]{1,9}-\d{1,6}\b(?!-\d))|\bSEV-?[0-5]\b|(?-i:\b(?:INC|CHG|PRB|TASK|REQ|RITM|TKT|CASE)\d{4,10}\b)|(?-i:\bNOC\b|\bSREs?\b)|(?-i:\bP[0-4]\b)|"
    r"(?<!\w)#[a-z0-9]{2,20}(?:[-_][a-z0-9]{1,20}){1,6}\b|(?<!\w)#(?:incidents?|ops|sre|oncall|on-call|eng|engineering|outages?-?\w{0,10}channel|warroom|platform|infra|devops|general|alerts)\b|"
    r"\b(?:commit|pr|pull request|merge request|mr|diff|changeset|change request|cr) #?(?=[0-9a-f]{0,40}\d)[0-9a-f]{2,40}\b|\b(?:build|job|pipeline) #\d{1,8}\b|(?:jira|ticket|change) (?:number |no\.? |id )?#?\d{3,10}\b|"
    r"(?<![\w:/.])/(?:var|etc|usr|opt|home|srv|tmp|root|mnt|proc|dev)/\S{1,80}|\bwar ?room\b|\brun ?books?\b|\bplay ?books?\b|\bpost-?mortem (?:doc|draft)\b|\bon-?call (?:engineers?|team|rotation|person|staff|responders?|colleague|dba|sre)\b|\b(?:our|the) on-?call\b|\b(?:bucket|queue|topic|table|index|stream|repo|repository|namespace|job|cluster|database|schema) (?!of\b|for\b)[a-z0-9]{1,20}(?:[-_.][a-z0-9]{1,20}){1,5}\b|"
    r"\b(?:incident commander|bridge call|zoom bridge|swarm(?:ing)? room|all hands|pagerduty|opsgenie|grafana|kibana|splunk|datadog dashboard|jira|confluence|slack channel|internal (?:dashboard|ticket|wiki|tool|tracker|channel))\b|"
    r"https?://[^\s/]{0,100}(?:grafana|kibana|jira|wiki|intranet|internal|corp|confluence|jenkins|argocd|vault|prometheus|splunk|localhost)[^\s]{0,200}|\blocalhost(?::\d{2,5})?\b|\bport \d{2,5}\b|"
    r"(?<![\w@/#.])(?-i:[a-z]{2,30}(?:_[a-z0-9]{1,30}){1,6})\b|\b(?-i:[A-Za-z][a-z]{1,20}(?:[A-Z][a-z0-9]{2,20}){1,4})(?=\(| (?:table|column|method|class|function|queue|topic|bucket|lambda|job)\b)|"
    r"\b[\w-]{2,40}\.(?:py|java|go|rb|php|yaml|yml|tf|conf|cfg|sh|sql|jar|log)\b",
    re.IGNORECASE,
)
EMAIL = Late(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
LINK = Late(r"https?://[^\s]{1,300}|\bwww\.[^\s]{1,200}", re.IGNORECASE)
ROLE_MAILBOX = Late(
    r"^(?:support|help|helpdesk|status|security|privacy|info|contact|service|customer[\w.-]{0,12}|care|hello|team|noreply|no-reply|billing|sales|press|abuse|legal|dpo|feedback|office|community|ops|success|accounts|trust)(?:[.+-][\w.+-]{1,20})?@",
    re.I,
)
PHONE = Late(
    r"(?<![\w:.,/-])(?:\+|00)\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\d:-])|(?<![\w:.,/+-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\d:-])|(?<![\w:.,/+-])0\d{2,4}[ /-]\d{5,8}(?![\d:-])"
)
HOTLINE = Late(
    r"\b(?:hotline|support|help ?desk|customer (?:service|care)|call cent(?:er|re)|switchboard|toll-?free|service line|care line|our (?:line|number))\b[^.\n]{0,40}$",
    re.I,
)
CARD = Late(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])")
ACCOUNT = Late(
    r"\b(?:user|customer|account|patient|order|member|client|student|pupil|guest|passenger|driver|card|contract|meter|device|invoice|policy|booking|reservation|passport|licen[cs]e plate|iban|tenant|subscriber|employee|case of)s?"
    r"(?: ?(?:id|number|no\.?|ref(?:erence)?|nr\.?))?[ :#=]{1,3}(?=[\w-]{0,30}\d)(?!\d{1,4}(?:[ .,;)]|$))(?!\d{1,3}(?:,\d{3}){1,6})(?!20\d\d\b)[\w-]{3,40}\b|"
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b|\b\d{3}-\d{2}-\d{4}\b|\blicen[cs]e plate [\w-]{1,8} ?\d{1,5}|\bborn (?:on )?\d|\bdate of birth\b",
    re.IGNORECASE,
)
