"""What trouble is called in each trade, whatever the product: replication lag, expired certificate, crash loop, brute force.

General knowledge of the field; read by `classify`. A phrase is matched on words, so `node not ready` also finds `NodeNotReady`.
"""

from tocsin.model.ground import IncidentType

_DB, _NET, _APP = IncidentType.DATABASE, IncidentType.NETWORK, IncidentType.APPLICATION
_SEC, _INF = IncidentType.SECURITY, IncidentType.INFRASTRUCTURE

CONCEPTS: dict[str, tuple[IncidentType, float, str]] = {
    # name: (type, how strongly it points there, phrases)
    "pool": (
        _DB,
        1.6,
        "connection pool,pool exhausted,too many connections,max connections,db connection,active connections,"
        "queuepool,queue pool,hikari,hikari pool,max client conn,too many clients,metadata lock,jdbc connection",
    ),
    "replication": (
        _DB,
        1.5,
        "replication lag,replication,replica lag,replication slot,standby,seconds behind master,oplog,secondary lag,wal,"
        "binlog,failover primary,read replica",
    ),
    "locking": (
        _DB,
        2.0,
        "deadlock,lock wait,row lock,table lock,blocked transaction,idle in transaction,long transaction,lock timeout",
    ),
    "query": (
        _DB,
        1.6,
        "slow query,long query,query latency,long running query,full table scan,sequential scan,query plan,"
        "index bloat,vacuum,autovacuum,tablespace,transaction id wraparound,db.query",
    ),
    "schema": (
        _DB,
        2.0,
        "schema migration,migration,alter table,missing index,table bloat,orders table,rows,table,foreign key,"
        "database,datastore,db,schema change",
    ),
    "durability": (
        _DB,
        1.2,
        "data loss,lost writes,data corruption,point in time recovery,truncated,dropped table",
    ),
    "quorum": (
        _DB,
        1.0,
        "split brain,quorum,no leader,leader election,shard unassigned,unassigned shard,cluster status red,"
        "primary shard,two primaries,both nodes primary",
    ),
    "eviction": (
        _DB,
        1.0,
        "cache hit,eviction,evicted keys,keyspace,cache miss",
    ),
    "name": (
        _NET,
        2.0,
        "dns,nxdomain,servfail,name resolution,resolve hostname,could not resolve,lookup failure,"
        "zone transfer,resolver,dnssec",
    ),
    "certificate": (
        _NET,
        2.2,
        "certificate expire,cert expire,certificate expired,ssl certificate,tls certificate,"
        "certificate expiry,cert expiry,tls handshake,x509,certificate will expire,certificate",
    ),
    "balancing": (
        _NET,
        1.6,
        "load balancer,no healthy upstream,upstream unhealthy,backend unhealthy,healthy host,target group,"
        "bad gateway,gateway timeout,virtual server,pool member,backend down,health check failing,unhealthy host,"
        "un healthy host,healthy host count,unhealthy target,live upstream",
    ),
    "routing": (
        _NET,
        2.0,
        "bgp,ospf,peering,route flap,routing table,prefix,neighbor,vpn tunnel,tunnel down,ipsec,transit,"
        "uplink,bgp session,route leak,asymmetric routing",
    ),
    "link": (
        _NET,
        1.8,
        "packet loss,packet drop,interface down,link down,link flap,duplex,network latency,round trip,"
        "network partition,network interface,bandwidth,mtu,jitter,firewall,conntrack,unreachable network,"
        "cross region latency,network,switch port,cdn,edge",
    ),
    "crash": (
        _APP,
        1.6,
        "crash loop,crashloopbackoff,crash looping,panic,segfault,exception,stack trace,null pointer,"
        "unhandled,fatal error,exited with code,exit code,crashed,crash on startup,crash on launch",
    ),
    "memory": (
        _APP,
        1.3,
        "oom,oomkilled,out of memory,memory leak,heap,garbage collection,gc pause,goroutine leak,outofmemoryerror",
    ),
    "errors": (
        _APP,
        1.0,
        "error rate,5xx,http 500,error spike,failing request,status 500,http 5xx,error budget,apdex,"
        "slo burn,internal server error,returning 500",
    ),
    "release": (
        _APP,
        1.8,
        "deployment failed,failed deployment,rollout,rollback,release,deploy,canary,out of sync,sync failed,"
        "build failed,pipeline failed,feature flag,new version,imagepullbackoff,error image pull,ci job",
    ),
    "dataflow": (
        _APP,
        1.9,
        "consumer lag,consumer group,etl,data pipeline,batch job,late job,job failed,offset,"
        "batch export,messages ready,oldest message,"
        "data freshness,stale data,dead letter,queue backlog,queue depth,messages unacked,backlog,dag,"
        "export job,import job,topic,partition lag,data quality,corrupt records,schema mismatch",
    ),
    "dependency": (
        _APP,
        1.3,
        "third party,payment provider,external api,webhook delivery,vendor outage,provider outage,"
        "status page reports,upstream provider,circuit breaker,rate limited by,api quota,partner api,"
        "external provider,saas",
    ),
    "page": (
        _APP,
        1.2,
        "typo,footer,spelling,checkout page,login page,broken image,button,ui,layout,page,banner,dark mode,"
        "mobile app,javascript error,thread pool,worker,synthetic",
    ),
    "intrusion": (
        _SEC,
        3.4,
        "brute force,failed login,unauthorized,unauthorised,unauthorized access,login attempts,login from,"
        "credential stuffing,password spray,privilege escalation,lateral movement,suspicious,malicious,"
        "intrusion,compromised,impossible travel,mfa,unusual login,account takeover,authentication failure,"
        "failed ssh,root login,sudo,admin account created,session hijack",
    ),
    "attack": (
        _SEC,
        3.4,
        "ddos,syn flood,attack,sql injection,xss,cve,exploit,exploitation,vulnerability,"
        "remote code execution,rce,waf,port scan,botnet,bots,scraping,path traversal,log4shell,zero day,"
        "web shell,webshell,reverse shell,volumetric,layer 7,attacker,threat actor",
    ),
    "leak": (
        _SEC,
        3.4,
        "exfiltration,exfiltrated,data exfiltration,leaked,leaked credential,leaked key,access key,"
        "secret exposed,api key exposed,public bucket,bucket publicly,publicly accessible,credential,credentials,stolen,"
        "pastebin,world readable,unusual outbound,unknown host,personal account,exfil,tor exit,"
        "data breach,breach,personal data exposed,secret scanning",
    ),
    "malware": (
        _SEC,
        3.4,
        "malware,ransomware,trojan,cryptominer,crypto mining,miner,virus,phishing,backdoor,c2,"
        "command and control,beacon,rootkit,shell spawned,shell in container,sensitive file,tampering,"
        "detects,adversary,defender,quarantine,detected use,evasion",
    ),
    "host": (
        _INF,
        1.6,
        "node not ready,node notready,notready,host down,cpu usage,load average,cpu steal,iowait,disk usage,"
        "disk space,disk full,filesystem full,inode,inodes,swap,kernel,reboot,clock skew,time drift,"
        "disk pressure,memory pressure,system clock,min load,hypervisor,host,node,vm,evicting pod,"
        "unschedulable,drain",
    ),
    "hardware": (
        _INF,
        2.2,
        "fan,temperature,power supply,raid,smart error,ecc error,uncorrectable,disk failure,"
        "predictive failure,battery,chassis,hardware,overheating,disk failed,power feed,ups",
    ),
    "volume": (
        _INF,
        2.0,
        "persistent volume,persistentvolumeclaim,pvc,volume full,storage pool,storage degraded,osd,"
        "object storage,volume,backup failed,backup,snapshot failed,storage,block storage,nfs",
    ),
    "cluster": (
        _INF,
        1.8,
        "kubelet,api server,control plane,pod pending,scheduler,autoscaler,daemonset,replicas mismatch,"
        "cluster capacity,pods pending,insufficient cpu,insufficient memory,crd,admission,replicas,"
        "availability zone,instance terminated",
    ),
}
"""Concept -> (type, strength, phrases separated by commas)."""
