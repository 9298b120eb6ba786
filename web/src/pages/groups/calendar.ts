// A calendar file (RFC 5545): one entry for the whole meeting, or one a round where it is known when it begins.
export interface Dates {
  id: string;
  name: string;
  /** First and last day, YYYY-MM-DD. */
  from: string;
  to: string;
  /** Time at which the first round begins, HH:MM where the meeting is; empty where not known. */
  begin: string;
  /** How long a round takes. */
  minutes: number;
  rounds: { title: string; text: string }[];
}

const escaped = (text: string) => text.replace(/[\\;,]/g, (c) => `\\${c}`).replace(/\n/g, '\\n');
const two = (n: number) => String(n).padStart(2, '0');
const day = (date: Date) => `${date.getUTCFullYear()}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
const time = (date: Date) => `${day(date)}T${two(date.getUTCHours())}${two(date.getUTCMinutes())}00`;

/** A line in pieces of at most 75 bytes, the later ones set in. */
function folded(line: string): string {
  const lines: string[] = [];
  let piece = '', bytes = 0;
  for (const c of line) {
    const size = new TextEncoder().encode(c).length;
    if (bytes + size > 74) { lines.push(piece); piece = ' '; bytes = 1; }
    piece += c;
    bytes += size;
  }
  return [...lines, piece].join('\r\n');
}

export function calendar({ id, name, from, to, begin, minutes, rounds }: Dates, now = new Date()): string {
  const entry = (number: number, title: string, text: string, when: string[]) =>
    ['BEGIN:VEVENT', `UID:${escaped(`${id}-${number}`)}@partnergraph`, `DTSTAMP:${time(now)}Z`, ...when, `SUMMARY:${escaped(title)}`, `DESCRIPTION:${escaped(text)}`, 'END:VEVENT'];
  const start = Date.parse(`${from}T${begin || '00:00'}:00Z`);
  const entries = begin
    ? rounds.flatMap((round, i) => entry(i + 1, round.title, round.text, [i, i + 1].map((n) => `DT${n === i ? 'START' : 'END'}:${time(new Date(start + n * minutes * 60_000))}`)))
    : entry(0, name, rounds.map((round) => (rounds.length > 1 ? `${round.title}\n${round.text}` : round.text)).join('\n\n'),
      [`DTSTART;VALUE=DATE:${day(new Date(start))}`, `DTEND;VALUE=DATE:${day(new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000))}`]);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Partnergraph//Peer groups//EN', ...entries, 'END:VCALENDAR', ''].map(folded).join('\r\n');
}
