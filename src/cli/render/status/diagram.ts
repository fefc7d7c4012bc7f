import { MigrateError } from '../../../core/errors.ts'
import type { Topology } from '../../../core/deployment/topology.ts'
import { isUnavailable, type Unavailable } from '../../../core/unavailable.ts'
import { printable } from '../../../core/show/text.ts'
import type { StatusReport } from '../../../runs/status/status.ts'
import { assembleTopology } from '../../../runs/deployment/topology.ts'
import { drawHtml } from './diagram-html.ts'
import { drawMermaid } from './diagram-mermaid.ts'
import { drawText } from './diagram-text.ts'
import { type Look, wrap } from '../layout.ts'
import { gaps } from './docker.ts'

/** How a diagram can be drawn. */
export type DiagramFormat = 'text' | 'mermaid' | 'html'

/** What cannot be told as the gateway was not asked. */
const UNASKED = 'The gateway could not be asked, so what LiteLLM calls is not shown'

/** What a picture is made of, besides who draws it. */
function picture({ docker, gateway }: StatusReport): { topology: Topology; remarks: string[] } | Unavailable {
  if (isUnavailable(docker))
    return { unavailable: `Docker could not be asked, so there is nothing to draw: ${docker.unavailable}` }
  const urls = 'identity' in gateway ? gateway.servers.flatMap(({ url }) => url ?? []) : []
  const topology = assembleTopology(docker.deployment, urls)
  const remarks = [
    ...gaps(docker.deployment),
    ...('identity' in gateway ? [] : [`${UNASKED}: ${gateway.message}`]),
  ]
  return topology.containers.length === 0
    ? { unavailable: `There is nothing to draw: ${remarks.join('; ')}` }
    : { topology, remarks }
}

/**
 * The network as it is. Where there is nothing to draw, a sentence in place of a text, and `docker-failed` in place of
 * what would go into a file.
 */
export function renderDiagram(report: StatusReport, format: DiagramFormat, look: Look): string {
  const drawn = picture(report)
  if (isUnavailable(drawn)) {
    if (format !== 'text') throw new MigrateError('docker-failed', drawn.unavailable)
    return wrap(printable(drawn.unavailable), look.width)
  }
  const { topology, remarks } = drawn
  if (format === 'mermaid') return drawMermaid(topology)
  if (format === 'html') return drawHtml(topology, { remarks, gateway: report.url, at: report.at })
  return drawText(topology, remarks, look)
}
