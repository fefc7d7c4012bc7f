import type { TopologyContainer } from '../../src/core/deployment/topology.ts'

/** A running container of a topology, with what matters. */
export const container = (
  name: string,
  role: TopologyContainer['role'],
  networks: string[],
  more: Partial<TopologyContainer> = {},
): TopologyContainer => ({
  name,
  role,
  state: 'running',
  status: 'Up 2 hours',
  networks,
  ports: [],
  onHostNetwork: false,
  ...more,
})
