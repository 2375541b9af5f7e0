#!/usr/bin/env bash
# Starts a SLURM of two nodes, n1 and n2, on this machine, without accounting: tests/slurm/start.sh STATE
# Everything it has is in STATE, munge's key and socket included, but for the link /etc/slurm/slurm.conf, which jobs need
# to find their cluster. Needs root, Debian's slurmctld slurmd slurm-client munge. tests/slurm/stop.sh STATE stops it.
set -euo pipefail

state=$(mkdir -p "$1" && cd "$1" && pwd)
conf=/etc/slurm/slurm.conf
host=$(hostname -s)
if [ -e $conf ] || [ -L $conf ]; then
  # A link that dangles, or that leads into a folder of ours, is what a killed test left behind.
  [ -L $conf ] && { [ ! -e $conf ] || grep -q '^ClusterName=gbartests$' $conf; } ||
    { echo "$conf is there: this machine belongs to a cluster" >&2; exit 1; }
  rm -f $conf
fi

mkdir -p "$state"/{munge,controller,spool,log}
chown munge: "$state/munge"
chmod 0711 "$state/munge"
(umask 077 && head -c 1024 /dev/urandom >"$state/munge/key")
chown munge: "$state/munge/key"
runuser -u munge -- munged --force --key-file="$state/munge/key" --socket="$state/munge/socket" \
  --pid-file="$state/munge/munged.pid" --log-file="$state/munge/log" --seed-file="$state/munge/seed"

# No systemd and no cgroups: processes are found in /proc, and their memory is looked at every second. Nodes claim four
# cores each whatever there is (config_overrides), n2 a GPU; jobs go where fewer run (LLN). Finished jobs are remembered
# for ten minutes: squeue tells Snakemake how they ended.
cat >"$state/slurm.conf" <<CONF
ClusterName=gbartests
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$state/munge/socket,cred_expire=10
CredType=cred/munge
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/spool/%n
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd-%n.pid
SlurmctldLogFile=$state/log/slurmctld
SlurmdLogFile=$state/log/slurmd-%n
AccountingStorageType=accounting_storage/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=0
SlurmdParameters=config_overrides
ReturnToService=1
MinJobAge=600
GresTypes=gpu
SlurmdTimeout=60
SlurmctldTimeout=30
KillWait=2
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=26821 CPUs=4 RealMemory=16000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=26822 CPUs=4 RealMemory=16000 Gres=gpu:1
PartitionName=main Nodes=n1,n2 Default=YES LLN=YES MaxTime=240 State=UP
CONF
echo "NodeName=n2 Name=gpu File=/dev/zero" >"$state/gres.conf"
mkdir -p /etc/slurm
ln -s "$state/slurm.conf" $conf

export SLURM_CONF=$state/slurm.conf
slurmctld -c
slurmd -N n1
slurmd -N n2
for _ in $(seq 600); do
  [ "$(timeout 3 sinfo -h -N -t idle -o %N | sort -u | wc -l)" = 2 ] && exit 0
  sleep 0.1
done 2>/dev/null
echo "The nodes did not come up:" >&2
tail -n 20 "$state"/log/* >&2
exit 1
