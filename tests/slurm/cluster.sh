#!/usr/bin/env bash
# A real SLURM on this one machine, on loopback and without systemd, for the tests (Debian; root).
#
#   cluster.sh start                       install what is missing, start, wait until all nodes are idle
#   cluster.sh stop                        cancel the jobs, stop the daemons, remove state and settings
#   cluster.sh daemon NAME start|stop|kill one of munged mariadbd slurmdbd slurmctld slurmd.NODE
#
# Partition main (the default) has all nodes, cpu has cn1 and cn2, gpu has gn1 with two simulated GPUs.
set -euo pipefail

STATE=/var/lib/temdenoise-slurm
ETC=/etc/slurm
PIDS=$STATE/pid
LOGS=$STATE/log
MUNGE=/run/munge/munge.socket.2
SQL=$STATE/sql/socket
HOST=$(hostname -s)
NODES=(cn1 cn2 gn1)
DAEMONS=(munged mariadbd slurmdbd slurmctld "${NODES[@]/#/slurmd.}")
# SLURM opens libpmix.so by its bare name, which only the -dev package has.
PACKAGES=(munge slurmctld slurmd slurm-client slurmdbd mariadb-server-core mariadb-client-core libpmix-dev)

say() { printf 'cluster.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

install_packages() {
    local missing=() package
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    # No package may start a daemon of its own.
    local policy=/usr/sbin/policy-rc.d mine=0 failed=0
    [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; mine=1; }
    { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"; } >"$LOGS/apt" 2>&1 || failed=1
    [ $mine = 0 ] || rm -f $policy
    [ $failed = 0 ] || { tail -20 "$LOGS/apt" >&2; die "apt-get failed"; }
}

# A pid file holds "pid starttime": a recycled pid is never taken for ours.
starttime() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }
pid_of() {
    local pid started
    [ -s "$PIDS/$1" ] || return 1
    read -r pid started <"$PIDS/$1"
    [ -n "$started" ] && [ "$(starttime "$pid")" = "$started" ] && echo "$pid"
}
launch() { # NAME COMMAND...
    local name=$1
    shift
    pid_of "$name" >/dev/null && return
    ( # A caller's pipe or lock must not stay open in a daemon.
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            [ "$descriptor" -gt 2 ] && eval "exec $descriptor>&-" 2>/dev/null
        done
        cd /
        exec setsid "$@" </dev/null >>"$LOGS/$name" 2>&1
    ) &
    echo "$! $(starttime $!)" >"$PIDS/$name"
    disown
}
end() { # NAME SIGNAL
    local pid i
    pid=$(pid_of "$1") || { rm -f "$PIDS/$1"; return 0; }
    kill "-$2" "$pid" 2>/dev/null || true
    for ((i = 0; i < 150; i++)); do
        pid_of "$1" >/dev/null || break
        sleep 0.1
    done
    pid_of "$1" >/dev/null && kill -KILL "$pid" 2>/dev/null
    rm -f "$PIDS/$1"
}
wait_for() { # WHAT SECONDS COMMAND...
    local what=$1 tries=$(($2 * 10)) i
    shift 2
    for ((i = 0; i < tries; i++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    die "$what did not come up; see $LOGS"
}

memory_limits() { # by cgroup where its first version can be written to, else by polling
    local controller
    for controller in memory freezer cpuset devices; do
        mkdir "/sys/fs/cgroup/$controller/temdenoise-probe" 2>/dev/null || {
            printf '%s\n' ProctrackType=proctrack/linuxproc TaskPlugin=task/none \
                JobAcctGatherType=jobacct_gather/linux JobAcctGatherFrequency=task=1 \
                JobAcctGatherParams=OverMemoryKill
            return
        }
        rmdir "/sys/fs/cgroup/$controller/temdenoise-probe"
    done
    printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup ConstrainRAMSpace=yes \
        >$ETC/cgroup.conf
    printf '%s\n' ProctrackType=proctrack/cgroup TaskPlugin=task/cgroup \
        JobAcctGatherType=jobacct_gather/cgroup JobAcctGatherFrequency=task=2
}
configure() {
    install -d "$STATE" "$PIDS" "$LOGS" "$STATE/gpu" "$STATE/spool" $ETC
    install -d -m 700 "$STATE/ctld"
    install -d -o munge -g munge /run/munge "$STATE/munge"
    grep -qE "^127\.[0-9.]+[[:space:]].*\b$HOST\b" /etc/hosts || echo "127.0.0.1 $HOST" >>/etc/hosts
    [ -s "$STATE/munge/key" ] ||
        head -c 1024 /dev/urandom | install -m 400 -o munge -g munge /dev/stdin "$STATE/munge/key"
    [ -s "$STATE/password" ] ||
        head -c 18 /dev/urandom | base64 | tr -d '/+=' | install -m 600 /dev/stdin "$STATE/password"
    # A simulated GPU is a character device: jobs then see which one is theirs.
    local gpu gpus="Count=2"
    for gpu in 0 1; do
        [ -c "$STATE/gpu/nvidia$gpu" ] || mknod "$STATE/gpu/nvidia$gpu" c 1 3 2>/dev/null || true
    done
    [ -c "$STATE/gpu/nvidia1" ] && gpus="File=$STATE/gpu/nvidia[0-1]"
    printf '%s\n' AutoDetect=off "NodeName=gn1 Name=gpu $gpus" >$ETC/gres.conf
    cat >$ETC/slurm.conf <<-END
	# Written by temdenoise's tests/slurm/cluster.sh.
	ClusterName=temdenoise
	SlurmctldHost=$HOST(127.0.0.1)
	SlurmUser=root
	AuthType=auth/munge
	AuthInfo=socket=$MUNGE
	CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
	StateSaveLocation=$STATE/ctld
	SlurmdSpoolDir=$STATE/spool/%n
	SlurmctldPidFile=$STATE/slurmctld.pid
	SlurmdPidFile=$STATE/slurmd.%n.pid
	SrunPortRange=30000-34999
	MpiDefault=none
	MailProg=/bin/true
	ReturnToService=2
	SlurmctldTimeout=30
	SlurmdTimeout=20
	KillWait=5
	MinJobAge=300
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU_Memory
	SlurmdParameters=config_overrides
	GresTypes=gpu
	SchedulerParameters=sched_interval=5,bf_interval=5,batch_sched_delay=1
	$(memory_limits)
	AccountingStorageType=accounting_storage/slurmdbd
	AccountingStorageHost=127.0.0.1
	AccountingStorageTRES=gres/gpu
	AccountingStoreFlags=job_comment
	NodeName=cn[1-2] NodeHostname=$HOST NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=4 RealMemory=8000
	NodeName=gn1 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=17101 CPUs=8 RealMemory=8000 Gres=gpu:2
	PartitionName=main Nodes=ALL Default=YES DefaultTime=10 MaxTime=1-0
	PartitionName=cpu Nodes=cn[1-2] DefaultTime=10 MaxTime=1-0
	PartitionName=gpu Nodes=gn1 DefaultTime=10 MaxTime=1-0
	END
    install -m 600 /dev/stdin $ETC/slurmdbd.conf <<-END
	AuthType=auth/munge
	DbdHost=$HOST
	DbdAddr=127.0.0.1
	SlurmUser=root
	PidFile=$STATE/slurmdbd.pid
	StorageType=accounting_storage/mysql
	StorageHost=127.0.0.1
	StoragePort=16033
	StorageUser=slurm
	StoragePass=$(cat "$STATE/password")
	END
}

start_database() {
    getent passwd mysql >/dev/null || useradd --system --user-group --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin mysql
    install -d -o mysql -g mysql "$STATE/sql"
    [ -d "$STATE/sql/data" ] || mariadb-install-db --no-defaults --user=mysql \
        --datadir="$STATE/sql/data" --skip-test-db --auth-root-authentication-method=normal \
        --skip-name-resolve >"$LOGS/mariadb-install" 2>&1 || die "see $LOGS/mariadb-install"
    launch mariadbd /usr/sbin/mariadbd --no-defaults --user=mysql --datadir="$STATE/sql/data" \
        --tmpdir="$STATE/sql" --socket="$SQL" --pid-file="$STATE/sql/pid" --bind-address=127.0.0.1 \
        --port=16033 --skip-name-resolve --skip-log-bin --performance-schema=OFF \
        --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 \
        --innodb-flush-log-at-trx-commit=2
    wait_for mariadbd 60 mariadb --no-defaults -uroot -S "$SQL" -e "SELECT 1"
    mariadb --no-defaults -uroot -S "$SQL" -e "
        CREATE USER IF NOT EXISTS slurm@'127.0.0.1' IDENTIFIED BY '$(cat "$STATE/password")';
        GRANT ALL ON slurm_acct_db.* TO slurm@'127.0.0.1';"
}
start_daemon() {
    case $1 in
    munged)
        launch munged setpriv --reuid munge --regid munge --clear-groups /usr/sbin/munged \
            --foreground --force --key-file "$STATE/munge/key" --socket $MUNGE \
            --pid-file "$STATE/munge/pid" --seed-file "$STATE/munge/seed" --log-file "$STATE/munge/log"
        wait_for munged 10 munge -n
        ;;
    mariadbd) start_database ;;
    slurmdbd)
        launch slurmdbd /usr/sbin/slurmdbd -D
        wait_for slurmdbd 60 sacctmgr -n show cluster
        sacctmgr -n -P show cluster format=cluster | grep -qx temdenoise ||
            sacctmgr -i add cluster temdenoise >/dev/null
        ;;
    slurmctld)
        launch slurmctld /usr/sbin/slurmctld -D
        wait_for slurmctld 30 sinfo -h
        ;;
    slurmd.*)
        install -d "$STATE/spool/${1#slurmd.}"
        launch "$1" /usr/sbin/slurmd -D -N "${1#slurmd.}"
        ;;
    *) die "no daemon called $1" ;;
    esac
}
resume_nodes() { # that went down or were drained in an earlier life
    local node
    for node in $(sinfo -h -N -p main -t down,drain,fail -o %N); do
        scontrol update NodeName="$node" State=RESUME
    done
}
all_idle() { [ "$(sinfo -h -N -p main -o %t | grep -cE '^(idle|mix|alloc)$')" = ${#NODES[@]} ]; }

start() {
    mkdir -p "$LOGS"
    install_packages
    configure
    local daemon
    for daemon in "${DAEMONS[@]}"; do start_daemon "$daemon"; done
    resume_nodes
    wait_for "the nodes" 60 all_idle
}
stop() {
    [ -d "$PIDS" ] || return 0
    if pid_of slurmctld >/dev/null; then
        squeue -h -o %A | sort -u | xargs -r scancel || true
        for _ in {1..100}; do [ -z "$(squeue -h)" ] && break; sleep 0.1; done
    fi
    local i
    for ((i = ${#DAEMONS[@]} - 1; i >= 0; i--)); do end "${DAEMONS[i]}" TERM; done
    # Without settings SLURM's commands fail at once; with them, each waits for the controller.
    rm -rf "$STATE" $ETC/slurm.conf
}

[ "$(id -u)" = 0 ] || die "needs root"
case "${1:-} ${3:-}" in
"start ") start ;;
"stop ") stop ;;
"daemon start") start_daemon "$2" ;;
"daemon stop") end "$2" TERM ;;
"daemon kill") end "$2" KILL ;;
*) die "start, stop, or daemon NAME start|stop|kill" ;;
esac
