import { stat } from 'node:fs/promises'
import type { Figure } from './figure.ts'
import { onDisk } from './packed.ts'
import { constant, ratio } from './ratio.ts'

const megabytes = (bytes: number): number => bytes / 1_000_000

/** What is shipped, and what is there once it is installed. */
export const SHIPPING: readonly Figure[] = [
  {
    name: 'packed',
    unit: 'MB',
    limit: 1.5,
    measure: constant(async ({ packed }) => megabytes((await stat(await packed.tarball())).size)),
  },
  {
    name: 'installed on disk',
    unit: 'MB',
    limit: 6,
    measure: constant(async ({ packed }) => megabytes(await onDisk(await packed.installed()))),
  },
  {
    name: 'installed packages',
    unit: '',
    limit: 1,
    measure: constant(({ packed }) => packed.packages()),
  },
  {
    name: 'npm install',
    unit: '×',
    limit: null,
    measure: ratio({
      subject: ({ packed }) => packed.install(),
      baseline: ({ packed }) => packed.installEmpty(),
      against: 'npm install of an empty package',
    }),
  },
]
