// The program of `npm run bench`; see docs/bench.md.
import { bench } from './bench.ts'
import { INSIDE, inside } from './speed/inside.ts'

const [first, ...rest] = process.argv.slice(2)
if (first === INSIDE) await inside(rest)
else process.exitCode = await bench(process.argv.slice(2))
