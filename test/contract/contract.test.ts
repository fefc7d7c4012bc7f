import { startSandbox } from '../../src/sandbox/index.ts'
import { labConfigServers } from './configured.ts'
import { FAULTS } from './trying.ts'
import { describeContract } from './suite.ts'

/** One release of each era; those that run in the laboratory are asked there, too. */
const RELEASES = [
  '1.77.1',
  '1.77.7',
  '1.81.14',
  '1.88.0',
  '1.93.2',
  '1.94.3',
  '1.96.2',
  '1.102.4',
  '1.104.9',
  '1.105.7',
  '1.106.2',
  '1.109.1',
]

for (const version of RELEASES) {
  describeContract({
    name: 'the sandbox',
    version,
    start: () => startSandbox({ version, faults: FAULTS, configServers: labConfigServers() }),
  })
}
