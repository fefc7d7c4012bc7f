#!/bin/sh
# naive.sh FROM TO: what somebody in a hurry would write to move MCP servers from one origin to another: it lists, and
# writes. Up to 1.87 that empties other fields. LITELLM_PROXY_URL and LITELLM_PROXY_API_KEY say where and as whom. Needs curl
# and jq.
set -eu
from=$1 to=$2
servers=$LITELLM_PROXY_URL/v1/mcp/server

ask() {
  curl -sSf --noproxy '*' -H "Authorization: Bearer $LITELLM_PROXY_API_KEY" -H 'Content-Type: application/json' "$@"
}

ask "$servers" |
  jq -c --arg from "$from/" --arg to "$to/" '
    .[] | select(.url // "" | startswith($from)) | {server_id, url: ($to + (.url | ltrimstr($from)))}' |
  while IFS= read -r body; do
    ask -o /dev/null -X PUT -d "$body" "$servers"
  done
