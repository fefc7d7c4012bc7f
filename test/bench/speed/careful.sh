#!/bin/sh
# careful.sh FROM TO: what somebody careful would write to move MCP servers from one origin to another: it looks before each
# write and after it. LITELLM_PROXY_URL and LITELLM_PROXY_API_KEY say where and as whom; BODY=record sends the record back
# with its new URL, as LiteLLM up to 1.87 needs it, BODY=url the URL alone. Needs curl and jq.
set -eu
from=$1 to=$2
servers=$LITELLM_PROXY_URL/v1/mcp/server

ask() {
  curl -sSf --noproxy '*' -H "Authorization: Bearer $LITELLM_PROXY_API_KEY" -H 'Content-Type: application/json' "$@"
}

ask "$servers" |
  jq -r --arg from "$from/" '.[] | select(.url // "" | startswith($from)) | "\(.server_id)\t\(.url)"' |
  while IFS='	' read -r id url; do
    next=$to${url#"$from"}
    before=$(ask "$servers/$id")
    body=$(printf %s "$before" | jq -c --arg url "$url" --arg next "$next" --arg body "$BODY" '
      if .url != $url then error("it has moved on") else . end
      | if $body == "url" then {server_id} else del(.credentials) | with_entries(select(.value != null)) end
      | .url = $next')
    ask -o /dev/null -X PUT -d "$body" "$servers"
    after=$(ask "$servers/$id")
    printf '%s%s' "$before" "$after" | jq -es --arg next "$next" '
      def stored: del(.url, .updated_at, .updated_by, .status, .last_health_check, .health_check_error);
      .[1].url == $next and (.[0] | stored) == (.[1] | stored)' >/dev/null ||
      { echo "$id did not come out as it should" >&2; exit 1; }
  done
