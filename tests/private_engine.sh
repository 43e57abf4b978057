#!/bin/sh
# The first process of a private engine, inside its own mount, pid and network namespaces (see private_engine.py).
#   private_engine.sh DIR REGISTRY-BINARY-OR-EMPTY COMMAND [ARG...]
# The user's own engine stays out of sight: /run is empty here, what is written to /etc, /opt and /var/lib is thrown away,
# and all of these mounts vanish with the last process.
set -eu
dir=$1 registry=$2
shift 2
mount -t tmpfs -o mode=0755 tmpfs "$dir/over"
for place in etc opt var/lib; do
    [ -d "/$place" ] || continue
    mkdir -p "$dir/over/upper/$place" "$dir/over/work/$place"
    mount -t overlay overlay -o "lowerdir=/$place,upperdir=$dir/over/upper/$place,workdir=$dir/over/work/$place" "/$place"
done
mount -t tmpfs -o mode=0755 tmpfs /run
if [ -n "${ENGINE_ROOM_MB:-}" ]; then mount -t tmpfs -o "mode=0711,size=${ENGINE_ROOM_MB}m" tmpfs "$dir/data"; fi
ip link set lo up
# crun refuses the mixed cgroups of some machines (v1 with an empty v2 beside it): show it the v1 part only.
case $1 in *podman*) if mountpoint -q /sys/fs/cgroup/unified; then umount -l /sys/fs/cgroup/unified; fi ;; esac
export TMPDIR="$dir/tmp"
if [ -n "$registry" ]; then "$registry" serve "$dir/registry.yml" >"$dir/registry.log" 2>&1 </dev/null & fi
"$@" >"$dir/engine.log" 2>&1 </dev/null &
engine=$!
trap 'kill -TERM $engine' TERM INT
# As process 1 this shell inherits all orphans: waiting reaps them. When it ends, everything inside ends.
while kill -0 "$engine" 2>/dev/null; do wait "$engine" || true; done
