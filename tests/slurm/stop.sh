#!/usr/bin/env bash
# Stops what tests/slurm/start.sh STATE started, and removes the link that it made.
set -uo pipefail
state=$(cd "$1" && pwd) || exit

export SLURM_CONF=$state/slurm.conf
# Jobs outlive the daemons that started them.
timeout 10 scancel --user="$(id -un)" 2>/dev/null
for _ in $(seq 100); do
  [ -n "$(timeout 3 squeue --noheader 2>/dev/null)" ] || break
  sleep 0.1
done
files=("$state"/slurmd-n?.pid "$state/slurmctld.pid" "$state/munge/munged.pid")
for file in "${files[@]}"; do
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  kill "$pid" 2>/dev/null
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null
done
[ "$(readlink /etc/slurm/slurm.conf)" = "$state/slurm.conf" ] && rm -f /etc/slurm/slurm.conf
exit 0
