/** The time at which something was, in parts by their names, as the clock on a wall there shows it. */
function partsOf(iso: string, timeZone: string | undefined): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  return Object.fromEntries(format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]))
}

/**
 * A time as people read it, by the clock of this machine with its distance from UTC: `2026-11-24 04:14 +01:00`, and in UTC
 * itself `2026-11-24 03:14 UTC`. Documents keep ISO 8601. What is no time stays as it is.
 *
 * @param iso ISO 8601.
 * @param zone The time zone, by its name; that of this machine unless told.
 */
export function localTime(iso: string, zone?: string): string {
  if (Number.isNaN(Date.parse(iso))) return iso
  const { year, month, day, hour, minute, timeZoneName = '' } = partsOf(iso, zone)
  const offset = timeZoneName.replace('GMT', '').replace('+00:00', '')
  return `${year}-${month}-${day} ${hour}:${minute} ${offset || 'UTC'}`
}
