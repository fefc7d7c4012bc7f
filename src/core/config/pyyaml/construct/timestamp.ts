import { PyDate } from './values.ts'

const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?\n?$/

const DAY = 24 * 60

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2) return leap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

const isDay = (year: number, month: number, day: number): boolean =>
  year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)

const isTime = (hour: number, minute: number, second: number): boolean =>
  hour < 24 && minute < 60 && second < 60

const padded = (value: number, length = 2): string => String(value).padStart(length, '0')

/** Minutes east of Greenwich, null where there is no zone. */
function zoneOf(
  zone: string | undefined,
  sign: string | undefined,
  hours: string,
  minutes: string,
): number | null {
  if (zone === undefined) return null
  const distance = Number(hours) * 60 + Number(minutes)
  return sign === '-' ? -distance : distance
}

function zoneText(zone: number): string {
  const distance = Math.abs(zone)
  return `${zone < 0 ? '-' : '+'}${padded(Math.floor(distance / 60))}:${padded(distance % 60)}`
}

/** The date that a text stands for, null where Python raises an error. */
export function readTimestamp(text: string): PyDate | null {
  const match = TIMESTAMP.exec(text)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  if (!isDay(year, month, day)) return null
  const date = `${padded(year, 4)}-${padded(month)}-${padded(day)}`
  if (match[4] === undefined) return new PyDate('date', date)
  const zone = zoneOf(match[8], match[9], match[10] ?? '0', match[11] ?? '0')
  if (!isTime(hour, minute, second) || Math.abs(zone ?? 0) >= DAY) return null
  const micro = (match[7] ?? '').slice(0, 6).padEnd(6, '0')
  const fraction = Number(micro) === 0 ? '' : `.${micro}`
  const local = `${date}T${padded(hour)}:${padded(minute)}:${padded(second)}${fraction}`
  if (zone === null) return new PyDate('datetime', local)
  // 400 years on, the calendar is the same, and no year is so small that it is taken for one of 1900.
  const seconds = Date.UTC(year + 400, month - 1, day, hour, minute - zone, second) / 1000
  return new PyDate('datetime', local + zoneText(zone), `${seconds}.${micro}`)
}
