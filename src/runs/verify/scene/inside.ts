import { z } from 'zod'
import { parsedJson } from '../../../core/parsed-json.ts'
import type { Unavailable } from '../../../core/unavailable.ts'
import { type Docker, DockerFailure } from '../../../docker/port.ts'
import { Python } from '../../../docker/python.ts'

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
  addresses: z.array(z.string()),
  status: z.number().nullable(),
  body: z.string(),
  error: z.string().nullable(),
})

/**
 * Asks for a URL, by `Python.run`. LiteLLM is Python, so wherever it runs there is one; curl, ping and getent may not be
 * there. A redirect to another origin is an answer, and not followed.
 */
const ASKING = `
import socket, urllib.error, urllib.parse, urllib.request
url, limit = ASKED["url"], ASKED["seconds"]
out = {"addresses": [], "status": None, "body": "", "error": None}
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
    # Not before: a name that is being looked up is not known to be unknown.
    end_in_time(lambda: json.dumps(dict(out, error="timed out")))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Within)
    with opener.open(url, timeout=limit) as response:
        out["status"], out["body"] = response.status, response.read(200000).decode("utf-8", "replace")
except urllib.error.HTTPError as error:
    out["status"] = error.code
except Exception as error:
    out["error"] = str(getattr(error, "reason", error))
end(json.dumps(out))
`

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
  try {
    const ended = await new Python(docker, id).run(ASKING, { url, seconds: limitMs / 1000 })
    if (!ended) return { unavailable: 'it has no Python to ask with' }
    const said = answer.safeParse(parsedJson(ended.stdout))
    if (said.success) return said.data
    return {
      unavailable: ended.isLate ? 'it did not answer in time' : `its Python failed: ${ended.complaint}`,
    }
  } catch (error) {
    if (!(error instanceof DockerFailure)) throw error
    return { unavailable: error.message }
  }
}
