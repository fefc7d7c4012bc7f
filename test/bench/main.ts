// The program of `npm run bench`; see docs/bench.md.
import { bench } from './bench.ts'

process.exitCode = await bench(process.argv.slice(2))
