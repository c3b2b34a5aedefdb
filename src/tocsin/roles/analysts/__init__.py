"""Built-in analysts: they play every role when no model does, and answer when one fails.

The investigators (`log`, `metric`, `trace`, `dependency`, `change`, `alert`, `kubernetes`) report Findings; the specialists reason
over them and never over prose they cannot find. So the keys of `Finding.data` are a contract, one table per FindingKind.
Every key below is always there, JSON types only; what is unknown is None, "" or []. Times are RFC 3339 UTC text, durations
are seconds unless the key says minutes, shares are 0-1. `rank` counts from 1, the worst first.

Services: `upstream` are those that call it (requests come from there), `downstream` are those it needs (it calls them).

METRIC_ANOMALY   role metric-analyst, ids metric-1, metric-2, ... in order of rank; `service` is the series' own; `onset` set
  metric         str, the series' name as the source wrote it; `labels` dict[str, str]; `unit` str
  signal         errors | latency | saturation | backlog | restarts | availability | success | traffic | "" (not known)
  resource       connections | cpu | memory | disk | network | replication | queue | threads | files | locks | cache
                 | certificate | dns | gc | "" : what runs out or misbehaves, read from the metric's words
  direction      rise | fall
  bad            bool or None: is this direction the harmful one for this signal; None when the signal is not known
  before, after  float, median before the onset and after it (of rates, when the series is a counter: `counter` bool)
  peak           float, the sample furthest from `before`; `peak_at` str
  ratio          float or None (before is 0); `change` float, after - before
  score          float >= 0, distance in robust standard deviations, capped at 1000
  persistence    float 0-1, share of samples after the onset that stay abnormal
  limit          float or None: the ceiling it ran into (a flat top, or 100 for percent); `at_limit` bool
  minutes_before_alert  float, negative when it came after
  times, values  list[float], at most 60 points for a sparkline; epoch seconds
  rank           int; `daily` bool: the day before saw the same change at the same time

SUSPECT          role cause-ranker, id suspect-1, at most one; `service` is the likely first cause; `onset` when the changes began
  share          float 0-1, its part of all votes; `services` int, how many were compared
  reasons        list[{"witness": str, "text": str}], the strongest first
  others         list[{"service": str, "share": float}], the next three

LOG_NEW, LOG_EXPLODING, LOG_VANISHED   role log-analyst, ids log-1, ...; `onset`: NEW first seen,
                 EXPLODING where the surge begins, VANISHED last seen
  template       str, the constant words, variables as <*>, <NUM>, <IP>, <UUID>, <HEX>, <PATH>, <DUR>
  level          FATAL | ERROR | WARN | INFO | DEBUG | ""
  count          int, lines since the onset; `before_count` int, lines before it
  rate_before, rate_after  float, lines per minute; `ratio` float or None
  first_seen, last_seen    str or ""
  example        str, the quoted line; `codes` list[str] such as "HTTP 503", "SQLSTATE 53300"; `resource` as for metrics
  rank           int

STACK_TRACE      role log-analyst; `onset` = first_seen
  language       python | java | go | node | dotnet | ruby | rust | php
  exception      str, the class as written; `message` str; `frame` str, the innermost frame as written
  count, before_count, first_seen, last_seen, new (bool), rank, resource

ERROR_CODE       role log-analyst; `onset` = first_seen
  scheme         http | sqlstate | errno | grpc | oracle | mysql | exit | tls | dns | kubernetes | aws | windows
  code           str as written ("503", "53300", "ECONNREFUSED"); `meaning` str in plain words, "" when not known
  count, before_count, first_seen, last_seen, new (bool), rank, resource

SPAN_CHANGE      role trace-analyst, ids trace-1, ...; `service` is whose operation it is; `onset` = start of the first changed span
  what           latency | status | shape; `operation` str; `peer` str, the service called when the way there changed, or ""
  before, after  float: seconds of own time (latency), shares 0-1 of calls that failed (status) or went that way (shape)
  calls, calls_before  int; `ratio` float or None; `score` float, standard deviations; `trace` str, the quoted one's identity
  status         str, how the quoted span ended, or ""; `step`, `next` str, the steps of a shape, or ""
  rank           int

CHANGE           role change-analyst, ids change-1, ...; `service` is the changed one; `onset` = when it was made
  change_id, change_kind (ChangeKind value), version, environment, author, source   str
  at             str; `minutes_before_onset` float, negative when it came after
  relation       itself | dependency | caller | unrelated | unknown; `distance` int or None (hops along the call graph)
  rank           int

BLAST_RADIUS     role dependency-mapper, id dependency-1; at most one
  upstream, downstream   list[str], direct callers and direct dependencies
  affected       list[{"service": str, "depth": int}], callers reached through callers, nearest first
  needs          list[{"service": str, "depth": int}], dependencies reached through dependencies, nearest first
  next_to_fail   list[{"service": str, "depth": int, "risk": float 0-1, "why": str}], most at risk first
  edges          list[[caller, callee]] of the part shown, for drawing; `shown` and `total` int services affected

DEPENDENCY       role dependency-mapper; one per direct neighbour worth a look, nearest first
  relation       dependency | caller; `peer` str, the other service; `distance` int; `fan_in` int, how many call the peer

ALERT_FACT       role alert-reader, ids alert-1, ...; quotes the alert's own evidence; `onset` None unless it is a start time
  fact           usage | share | quantity | duration | code | address | host | started | statement (a sentence without facts)
  name           str, the words beside it ("active connections", "failed login attempts"); for a label, the label's name
  value          float, or str for code, address, host, started, statement
  unit           str ("%", "s", "MB", ""); `limit` float or None (usage: 500 of 500); `share` float or None
  scheme, meaning  for code as in ERROR_CODE, else ""; `resource` as for metrics; `subject` str, who it is about, or ""

CLUSTER_FAULT    role kubernetes-analyst, ids cluster-1, ...; `service` is the app, "" for a node or a namespace; `onset` None
  object_kind    app | node | namespace; `object` str, its name (a service, its workload and its pods are one app)
  root_cause     str, a code of analysis.cluster.remedies ("service_selector_mismatch", "oom_killed")
  relation       str, the row of the table of checks ("service selector and pod labels")
  fix            str, one sentence for people; never a command that is run
  score          float 0-1: 0.95 the cluster itself says so, 0.85 broken and its effect seen, below 0.4 nothing seen comes of it
  rank           int
"""
