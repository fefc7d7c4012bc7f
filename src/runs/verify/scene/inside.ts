import { z } from 'zod'
import { parsedJson } from '../../../core/parsed-json.ts'
import { redactText } from '../../../core/show/redact.ts'
import type { Unavailable } from '../../../core/unavailable.ts'
import { type Docker, DockerFailure } from '../../../docker/port.ts'

/**
 * What one request from inside LiteLLM's container came to. `addresses`: those that the host name resolves to, none where
 * it is unknown. `status` is `null` where nothing answered, and `error` says why.
 */
export interface Inside {
  addresses: string[]
  status: number | null
  body: string
  error: string | null
}

const answer = z.object({
  addresses: z.array(z.string()).default([]),
  status: z.number().nullable().default(null),
  body: z.string().default(''),
  error: z.string().nullable().default(null),
})

/**
 * Asks for a URL: `python3 -c ASKING URL SECONDS`. LiteLLM is Python, so wherever it runs there is one; curl, ping and
 * getent may not be there. A redirect to another origin is an answer, and not followed.
 */
export const ASKING = `
import json, socket, sys, urllib.error, urllib.parse, urllib.request
url, limit, out = sys.argv[1], float(sys.argv[2]), {}
place = urllib.parse.urlsplit(url)
ports = {"http": 80, "https": 443}


def origin(text):
    parts = urllib.parse.urlsplit(text)
    return parts.scheme, parts.hostname, parts.port or ports.get(parts.scheme)


class Within(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, body, code, message, headers, to):
        if origin(to) != origin(request.full_url):
            return None
        return super().redirect_request(request, body, code, message, headers, to)


try:
    found = socket.getaddrinfo(place.hostname, place.port or ports.get(place.scheme), type=socket.SOCK_STREAM)
    out["addresses"] = sorted({each[4][0] for each in found})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Within)
    with opener.open(url, timeout=limit) as response:
        out["status"], out["body"] = response.status, response.read(200000).decode("utf-8", "replace")
except urllib.error.HTTPError as error:
    out["status"] = error.code
except Exception as error:
    out["error"] = str(getattr(error, "reason", error))
print(json.dumps(out))
`

const PROGRAMS = ['python3', 'python']

/**
 * Asks for a URL from inside a container, past any proxy. Not to be had where the container has no Python, or does not
 * answer in time.
 */
export async function askInside(
  docker: Docker,
  id: string,
  url: string,
  limitMs: number,
): Promise<Inside | Unavailable> {
  for (const program of PROGRAMS) {
    try {
      const command = [program, '-c', ASKING, url, String(limitMs / 1000)]
      const ended = await docker.look(id, command, limitMs + 1500)
      const said = answer.safeParse(parsedJson(ended.stdout))
      if (said.success) return said.data
      if (ended.code === null) return { unavailable: 'it did not answer in time' }
    } catch (error) {
      if (!(error instanceof DockerFailure)) throw error
      if (program === PROGRAMS.at(-1)) return { unavailable: redactText(error.message) }
    }
  }
  return { unavailable: 'it has no Python to ask with' }
}
