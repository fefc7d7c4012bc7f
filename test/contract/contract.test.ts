import { startSandbox } from '../../src/sandbox/index.ts'
import { amount } from '../prove/amount.ts'
import { labConfigServers } from './configured.ts'
import { FAULTS } from './trying.ts'
import { describeContract } from './suite.ts'

/** Those that run in the laboratory, where they are asked, too; and the oldest. */
const KNOWN = ['1.77.1', '1.77.7', '1.81.14', '1.105.7', '1.106.2']
/** One release of each other era. */
const BETWEEN = ['1.88.0', '1.93.2', '1.94.3', '1.96.2', '1.102.4', '1.104.9', '1.109.1']

for (const version of [...KNOWN, ...BETWEEN.slice(0, amount({ sample: 0, ci: 7, full: 7 }))]) {
  describeContract({
    name: 'the sandbox',
    version,
    start: () => startSandbox({ version, faults: FAULTS, configServers: labConfigServers() }),
  })
}
