// The verdicts, in the order in which a legend shows them.  Their colours are
// in style.css, one for light and one for dark pages.
export const verdicts = [
  {name: "entangled", says: "interval wholly at or above 0.4: orders models much as capability does"},
  {name: "positive", says: "interval above 0, but across 0.4: rises with capability, how much is undecided"},
  {name: "low", says: "interval wholly within −0.4 and 0.4: it does not order models by capability"},
  {name: "unresolved", says: "interval holds 0 and reaches beyond −0.4 or 0.4: too few models to decide"},
  {name: "negative", says: "interval below 0, but across −0.4: falls with capability, how much is undecided"},
  {name: "inverse", says: "interval wholly at or below −0.4: more capable models do worse"}
];

export const everything = "(all)";

const names = new Set(verdicts.map((verdict) => verdict.name));

export const verdictColour = (verdict) => `var(--${names.has(verdict) ? verdict : "unresolved"})`;

// The strata of the rows, all models first, with their number of models.
export function strataOf(scores) {
  const count = new Map();
  for (const row of scores) count.set(row.stratum, (count.get(row.stratum) ?? 0) + 1);
  return [...count]
    .map(([name, models]) => ({name, models, label: name === everything ? "all models" : name}))
    .sort((a, b) => (b.name === everything) - (a.name === everything) || (a.name < b.name ? -1 : 1));
}

// All models and the strata with the most of them, as many as fit side by side.
export function largestStrata(strata, most = 4) {
  const kept = new Set([...strata].sort((a, b) => (b.name === everything) - (a.name === everything) || b.models - a.models).slice(0, most));
  return strata.filter((stratum) => kept.has(stratum));
}

const strataColours = ["var(--stratum-1)", "var(--stratum-2)", "var(--stratum-3)", "var(--stratum-4)", "var(--stratum-5)"];

// More strata than colours share the last one: a sixth colour is told apart by nobody.
export function stratumColour(strata, name) {
  const at = strata.filter((stratum) => stratum.name !== everything).findIndex((stratum) => stratum.name === name);
  return at < 0 ? "var(--plain)" : strataColours[Math.min(at, strataColours.length - 1)];
}

// ---------------------------------------------------------------------------
// Numbers and words
// ---------------------------------------------------------------------------

export const format = (value, digits = 2) =>
  value == null ? "–" : value.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1").replace("-", "−");

export const interval = (low, high, digits = 2) =>
  low == null || high == null ? "no interval" : `${format(low, digits)} to ${format(high, digits)}`;

export const percent = (value, digits = 0) => (value == null ? "–" : `${(100 * value).toFixed(digits)} %`);

export const pValue = (value) => (value == null ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3));

export const plural = (count, noun, nouns = `${noun}s`) => `${count} ${count === 1 ? noun : nouns}`;

export function list(words, most = 4) {
  if (words.length > most) return `${words.slice(0, most - 1).join(", ")} and ${words.length - most + 1} more`;
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

export const direction = (row) => (row.direction === "lower" ? " (lower is better)" : "");

// Long names keep their beginning and end, where they differ.
export const shorten = (name, most = 28) =>
  name.length <= most ? name : `${name.slice(0, most - 10).trimEnd()}…${name.slice(-8).trimStart()}`;

const context2d = document.createElement("canvas").getContext("2d");

// The width of the widest of some names, in pixels, in the font of the page.
export function textWidth(names, fontSize) {
  context2d.font = `${fontSize}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.max(0, ...names.map((name) => context2d.measureText(name).width));
}

export const chartStyle = (fontSize) => ({fontSize: `${fontSize}px`, fontFamily: "inherit"});

// In the place of a chart without data.
export function nothing(text) {
  const element = document.createElement("p");
  element.className = "nothing";
  element.textContent = text;
  return element;
}
