/** Identity, dates and sides as clinicians read them (NHS Common User Interface rules). */

import { m } from "./messages.ts";
import type { Side } from "./model.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat([
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
]);
const DAY_MS = 86_400_000;

/** `Okafor^Grace^^Mrs` as `OKAFOR, Grace (Mrs)`. Of several groups the first is taken. */
export function patientName(pn: string): string {
  const [family = "", given = "", middle = "", prefix = ""] = (pn.split("=")[0] ?? "").split("^");
  const givens = [given, middle].filter(Boolean).map(titleCase).join(" ");
  const name = [family.toLocaleUpperCase(), givens].filter(Boolean).join(", ");
  if (!name) return m.nameNotKnown;
  return prefix ? `${name} (${titleCase(prefix)})` : name;
}

/** Only names in one case are touched: `McKenzie` and `de la Cruz` know better than a rule. */
function titleCase(word: string): string {
  if (word !== word.toLocaleUpperCase() && word !== word.toLocaleLowerCase()) return word;
  return word
    .toLocaleLowerCase()
    .replace(/(^|[\s'-])(\p{L})/gu, (_, before: string, letter: string) => {
      return before + letter.toLocaleUpperCase();
    });
}

/** `1945-07-14` as `14-Jul-1945`; `1945-07` and `1945` as far as they go. */
export function clinicalDate(iso: string): string {
  const [year, month, day] = iso.split("-");
  const name = MONTHS[Number(month) - 1];
  return [day, name, year].filter(Boolean).join("-");
}

/** A point in time as `05-Mar-2026 14:05` on this device's clock. */
export function clinicalTime(at: Date): string {
  return `${clinicalDate(localDay(at))} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `14-Jul-1945 (81y)`; words when the date is not known. */
export function born(birthDate: string, today: Date): string {
  if (!birthDate) return m.notKnown;
  const years = age(birthDate, today);
  return years ? `${clinicalDate(birthDate)} (${years})` : clinicalDate(birthDate);
}

/** Age with the unit attached: days, weeks, then two units for children, then years. */
export function age(birthDate: string, today: Date): string {
  const [year = 0, month, day] = birthDate.split("-").map(Number);
  if (!month || !day) return year ? `about ${today.getFullYear() - year}y` : "";
  const days = Math.floor(
    (Date.UTC(today.getFullYear(), today.getMonth(), today.getDate()) -
      Date.UTC(year, month - 1, day)) /
      DAY_MS,
  );
  if (days < 0) return "";
  if (days < 28) return `${days}d`;
  const months =
    (today.getFullYear() - year) * 12 +
    (today.getMonth() + 1 - month) -
    (today.getDate() < day ? 1 : 0);
  if (months < 12) return pair(Math.floor(days / 7), "w", days % 7, "d");
  if (months < 24) return `${months}m`;
  if (months < 18 * 12) return pair(Math.floor(months / 12), "y", months % 12, "m");
  return `${Math.floor(months / 12)}y`;
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small ? `${big}${bigUnit} ${small}${smallUnit}` : `${big}${bigUnit}`;
}

export function sex(code: string): string {
  return m.sexes[code] ?? m.notKnown;
}

/** An id in groups that an eye can compare: ten digits as 3-3-4, others as they are. */
export function idGroups(id: string): readonly string[] {
  const ten = /^(\d{3})(\d{3})(\d{4})$/.exec(id);
  return ten ? ten.slice(1) : [id];
}

/** `Left forearm`: side and site are one phrase, the side always the patient's. */
export function site(label: string, side: Side | null): string {
  return side ? `${m.sides[side]} ${label.charAt(0).toLocaleLowerCase()}${label.slice(1)}` : label;
}

/** RFC 3339 with this device's offset, for `capturedAt`. */
export function withOffset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const offset = `${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  const millis = String(at.getMilliseconds()).padStart(3, "0");
  return `${localDay(at)}T${time}.${millis}${minutes < 0 ? "-" : "+"}${offset}`;
}

function localDay(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
