// When the bot may open pull requests: days of the week and hours of the day in a time zone.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export type Day = (typeof DAYS)[number]

/** Outside of it, only the pull requests that are open already are kept up. What is not given does not limit. */
export interface Schedule {
  readonly days?: readonly Day[]
  /** `HH:MM-HH:MM`, the end excluded; may reach over midnight and then belongs to the day on which it begins */
  readonly hours?: string
  /** IANA name; UTC without it */
  readonly timezone?: string
}

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/
const DAY_MINUTES = 24 * 60

export const SCHEDULE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  description: 'When new pull requests are opened; at other times only the open ones are kept up.',
  properties: {
    days: { type: 'array', items: { enum: DAYS }, description: 'Days of the week.' },
    hours: {
      type: 'string',
      pattern: HOURS.source,
      description: 'Hours of the day, such as "08:00-17:30"; they may reach over midnight.',
    },
    timezone: {
      type: 'string',
      minLength: 1,
      description: 'Time zone by its IANA name, such as Europe/Berlin; else UTC.',
    },
  },
} as const

/** What is wrong with a schedule that its schema accepts: a time zone that nobody knows. */
export function scheduleError({ timezone = 'UTC' }: Schedule): string | undefined {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: timezone })
    return undefined
  } catch {
    return `there is no time zone "${timezone}": use an IANA name such as Europe/Berlin`
  }
}

/** Whether pull requests may be opened at that moment. Throws a `RangeError` for a time zone that nobody knows. */
export function isOpen({ days = DAYS, hours = '00:00-24:00', timezone = 'UTC' }: Schedule, now: Date): boolean {
  const [, fromHour, fromMinute, toHour, toMinute] = HOURS.exec(hours) ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  const { day, minute } = localTime(now, timezone)
  const today = days.includes(DAYS[day] as Day)
  if (from < to) return today && minute >= from && minute < Math.min(to, DAY_MINUTES)
  const yesterday = days.includes(DAYS[(day + 6) % 7] as Day)
  return (today && minute >= from) || (yesterday && minute < to)
}

function localTime(now: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
  })
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  return {
    day: DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as Day),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}
