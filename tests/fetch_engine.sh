#!/bin/sh
# fetch_engine.sh SUITE DIR: unpack the Docker of another Debian suite (forky: 28) below DIR; nothing is installed.
# Its dockerd, containerd and shims run on Debian 12; its runc does not, so the system's stays in use (package runc).
#   IMAGEXPLORER_DOCKER28=DIR IMAGEXPLORER_ENGINES=docker,docker28g,docker28c make test
set -eu
[ $# -eq 2 ] || { sed -n '2,4p' "$0"; exit 2; }
suite=$1
mkdir -p "$2"
target=$(cd "$2" && pwd)
# The mirror that this machine's apt uses already.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1)
[ -n "$mirror" ] || { echo "fetch_engine.sh: apt has no Debian mirror" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/debs"
: >"$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
private() {
    apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$work/lists" \
        -o "Dir::State::Status=$work/status" -o "Dir::Cache=$work" -o "Dir::Cache::Archives=$work/archives" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}
private update
cd "$work/debs"
private download docker.io containerd
for package in *.deb; do dpkg-deb -x "$package" "$target"; done
"$target/usr/sbin/dockerd" --version
