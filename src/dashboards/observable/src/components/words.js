// Verdicts, numbers and phrases, as the whole page writes them.
import {plain} from "./names.js";

/** In the order of a legend.  Their colours are in style.css, for light and dark pages. */
export const verdicts = [
  {name: "entangled", says: "the interval is wholly at or above the threshold: orders models much as capability does"},
  {name: "positive", says: "above 0, but across the threshold: rises with capability, how much is undecided"},
  {name: "low", says: "wholly within the thresholds: does not order models by capability"},
  {name: "unresolved", says: "holds 0 and reaches beyond a threshold: too few models to decide"},
  {name: "negative", says: "below 0, but across the threshold: falls with capability, how much is undecided"},
  {name: "inverse", says: "wholly at or below minus the threshold: more capable models do worse"}
];

const known = new Set(verdicts.map(({name}) => name));

export const verdictColour = (verdict) => `var(--${known.has(verdict) ? verdict : "unresolved"})`;

export const everything = "(all)";

/** That of the views, and of all that is not read at others. */
export const usualThreshold = 0.4;

/** What a stratum is called in a sentence: "all models", "base models". */
export const modelsOf = (stratum) => (stratum.name === everything ? "all models" : `${isolate(plain(stratum.name))} models`);

/** And alone: "all", "base". */
export const shortOf = (stratum) => (stratum.name === everything ? "all models" : isolate(plain(stratum.name)));

const strataColours = 5;

/** More strata or families than colours share the last one: a sixth colour is told apart by nobody. */
export const groupColour = (at) => (at == null || at < 0 ? "var(--plain)" : `var(--group-${Math.min(at, strataColours - 1) + 1})`);

// A half is rounded away from 0 also where its binary form is a bit below: 0.145 is 0.15.
export const format = (value, digits = 2) =>
  value == null ? "–" : (value * (1 + 1e-14)).toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1").replace("-", "−");

export const interval = (low, high, digits = 2) =>
  low == null || high == null ? "no interval" : `${format(low, digits)} to ${format(high, digits)}`;

const hundredths = (value) => Math.sign(value) * (Math.abs(value) < 1 ? Math.min(99, Math.round(Math.abs(100 * value) * (1 + 1e-14))) : 100);

/** A correlation: 1.00 and −1.00 only where it is exactly so. */
export const correlation = (value) => (value == null ? "–" : format(hundredths(value) / 100));

// What a verdict asks of an end is whether it is at least the threshold, at least its opposite, and above 0.
function lowerEnd(low, threshold) {
  const [shown, line] = [hundredths(low), Math.round(100 * threshold)];
  if ((low >= threshold && shown < line) || (low >= -threshold && shown < -line) || (low > 0 && shown <= 0)) return shown + 1;
  if ((low < threshold && shown >= line) || (low < -threshold && shown >= -line) || (low <= 0 && shown > 0)) return shown - 1;
  return shown;
}

/** The interval of a correlation, as the report rounds it: its verdict can be read off it. */
export function verdictInterval(low, high, threshold) {
  if (low == null || high == null) return "no interval";
  let [from, to] = [lowerEnd(low, threshold), -lowerEnd(-high, threshold)];
  if (from > to) [from, to] = low > 0 ? [from, from] : [to, to];
  return `${format(from / 100)} to ${format(to / 100)}`;
}

export const percent = (value, digits = 0) => (value == null ? "–" : `${(100 * value).toFixed(digits)} %`);

export const pValue = (value) => (value == null ? "–" : value < 0.001 ? "< 0.001" : value < 0.05 && value > 0.049 ? "0.049" : format(value, 3));

export const plural = (count, noun, nouns = `${noun}s`) => `${count.toLocaleString("en")} ${count === 1 ? noun : nouns}`;

export function list(words, most = 4) {
  if (words.length > most) return `${words.slice(0, most - 1).join(", ")} and ${words.length - most + 1} more`;
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Three digits that differ; in powers of ten what is too small or too large to be read otherwise. */
export function scoreFormat(values) {
  const known = values.filter((value) => value != null);
  const most = Math.max(0, ...known.map(Math.abs));
  const range = known.length ? Math.max(...known) - Math.min(...known) : 0;
  const digits = 2 - Math.floor(Math.log10(range || most || 1));
  if (most < 1e7 && digits <= 6) return (value) => format(value, Math.max(0, digits));
  const significant = Math.max(2, Math.min(15, Math.floor(Math.log10(most)) + digits));
  return (value) => (value == null ? "–" : value.toExponential(significant).replace("e+", "e").replaceAll("-", "−"));
}

/** A text with the minus of numbers instead of hyphens. */
export const minus = (text) => text.replace(/(^|[\s(])-(?=\d)/g, "$1−");

/** A name from right to left does not turn the sentence around it. */
export const isolate = (name) => (/[\u0590-\u08ff\ufb1d-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name);

/** "29 November 2026, 20:15 UTC" */
export function moment(iso) {
  const date = new Date(iso);
  return `${date.toLocaleDateString("en-GB", {day: "numeric", month: "long", year: "numeric", timeZone: "UTC"})}, ${date.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: "UTC"})} UTC`;
}

export const day = (iso) => new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", {day: "numeric", month: "short", year: "numeric", timeZone: "UTC"});

/** An element with children: strings are text, never markup. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value == null) continue;
    if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

/** In the place of what could not be read or drawn. */
export function again(error, retry) {
  const button = element("button", {type: "button"}, "Try again");
  button.addEventListener("click", () => retry());
  return element("div", {className: "nothing"}, element("p", {}, String(error.message ?? error)), button);
}

/** In the place of a chart without data. */
export const nothing = (text) => element("p", {className: "nothing"}, text);
