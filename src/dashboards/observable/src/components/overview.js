// What is known before any chart: a strip of facts, and the benchmarks in three
// lists, by what may be said of them.
import {plain} from "./names.js";
import {correlation, day, element, everything, format, isolate, list, minus, moment, percent, plural, pValue, verdictColour, verdictInterval} from "./words.js";

/** The headline: what the benchmarks of a stratum turn out to measure. */
export function finding(rows) {
  const targets = rows.filter((row) => row.role === "target");
  const given = (verdict) => targets.filter((row) => row.verdict === verdict).length;
  const [entangled, inverse, low] = ["entangled", "inverse", "low"].map(given);
  const told = entangled + inverse + low;
  if (!targets.length) return "No benchmark is judged";
  if (!told) return targets.length === 1 ? "1 benchmark, and these models cannot say what it measures" : `${plural(targets.length, "benchmark")}, and for none can these models say what it measures`;
  const verb = (count, one, more) => `${count} ${count === 1 ? one : more}`;
  const parts = [
    entangled ? `${verb(entangled, "orders", "order")} models as capability does` : null,
    inverse ? entangled ? `${inverse} the other way round` : `${verb(inverse, "orders", "order")} models against capability` : null,
    low ? entangled || inverse ? verb(low, ...(entangled && inverse ? ["does neither", "do neither"] : ["does not", "do not"])) : `${verb(low, "does", "do")} not order models by capability` : null
  ].filter(Boolean);
  return `Of ${plural(targets.length, "benchmark")}, ${parts.join(", ")}${told < targets.length ? `; for ${targets.length - told} it is open` : ""}`;
}

const fact = (name, value, ...more) => element("div", {className: "fact"}, element("dt", {}, name), element("dd", {}, element("b", {}, value), ...more.filter(Boolean).map((words) => element("span", {}, words))));

/** Models, families, capability benchmarks, chance, date, what was not checked. */
export function strip(data, stratum, rows) {
  const {page} = data;
  const {made, source} = page;
  const targets = rows.filter((row) => row.role === "target");
  const notChecked = [...new Set(targets.flatMap((row) => (row.not_checked ?? "").split(", ")).filter((what) => what && what !== "everything"))];
  const judged = targets.some((row) => row.corr != null);
  const [first, last] = stratum.released;
  const chance = stratum.eigenvalue == null || stratum.chance == null || stratum.capability.length < 2 ? null : stratum.eigenvalue > stratum.chance;
  return element("dl", {className: "strip"},
    fact("Models", String(stratum.models),
      stratum.scored < stratum.models ? `${stratum.scored || "none"} ${stratum.scored === 1 ? "has" : "have"} a capabilities score` : null,
      stratum.families ? `of ${plural(stratum.families, "family", "families")}`
        : targets.some((row) => row.n_families != null) ? "taken by their families" : "families not known: taken as independent",
      first == null ? null : first === last ? `released ${day(first)}` : `released ${day(first)} to ${day(last)}`),
    fact("Capability benchmarks", String(stratum.capability.length),
      list(stratum.capability.map((at) => isolate(plain(data.benchmarks[at]))), 4),
      stratum.n_imputed ? `${plural(stratum.n_imputed, "model")} with imputed scores` : null),
    fact("First component", stratum.explained == null ? "none" : percent(stratum.explained),
      stratum.explained == null ? stratum.status : "of their variance",
      stratum.reliability == null ? null : `reliability ${format(stratum.reliability)}`),
    fact("Against chance", chance == null ? "not tested" : chance ? "passes" : "fails",
      chance == null ? null : `eigenvalue ${format(stratum.eigenvalue)}${stratum.chance == null ? "" : `, by chance ${format(stratum.chance)}`}`,
      data.page.families && chance != null ? "models taken as independent" : null),
    fact("Not checked", notChecked.length ? String(notChecked.length) : judged ? "nothing" : targets.length ? "everything" : "–", notChecked.length ? list(notChecked, 8) : null),
    fact("Read", day(made.slice(0, 10)), moment(made).replace(/^.*, /, ""), `database ${source.database}`, `schema ${source.schema}`));
}

// ---------------------------------------------------------------------------
// Three lists
// ---------------------------------------------------------------------------

const claims = new Set(["entangled", "inverse", "low"]);

/** The note of the report where something was checked, and nothing found. */
const noFault = "no fault found in what could be checked";

/** What a note holds against a row, with the minus of numbers. */
const remarks = (note) => (note == null || note === noFault ? [] : minus(note).split("; "));

/** Which list a row of the report belongs to. */
export function kindOf(row) {
  if (!claims.has(row.verdict)) return "open";
  return row.q_verdict != null && row.q_verdict < 0.05 && !remarks(row.note).length ? "quotable" : "noted";
}

const kinds = [
  {kind: "quotable", title: "May be quoted", says: "A verdict that chance does not explain (q below 0.05), and nothing found against it."},
  {kind: "noted", title: "Not without its note", says: "A verdict, and something that must be said with it."},
  {kind: "open", title: "Cannot say", says: "How much, or whether at all, they order models by capability is open."}
];

/** What nobody could look at, of rows without a fault. */
function unchecked(rows) {
  const what = [...new Set(rows.flatMap((row) => (row.not_checked ?? "").split(", ")).filter(Boolean))];
  return what.length ? ` Not checked: ${list(what, 8)}.` : "";
}

const few = 6;

/** How many models would decide it, where it is their number that leaves it open; of families each counts as one. */
function need(row, threshold) {
  if (row.corr == null || row.verdict == null && !/^only \d+ models?: too few/.test(row.note)) return null;
  const truly = `were the correlation truly ${correlation(row.corr)}`;
  // also unknown where the page's role may not ask
  if (row.models_needed == null) return Math.abs(Math.abs(row.corr) - threshold) > 0.005 ? null : `${truly}, on the threshold, no number of models would decide it`;
  if (row.models_needed > 1000) return `more than 1,000 models would be needed, ${truly}`;
  return row.models_needed > (row.n_families ?? row.n) ? `about ${row.models_needed.toLocaleString("en")} ${row.n_families == null ? "" : "independent "}models would decide it${row.n_families == null ? "" : ` (these are of ${plural(row.n_families, "family", "families")})`}, ${truly}` : null;
}

function entry(data, row, threshold, choose, said) {
  const name = data.benchmarks[row.benchmark];
  const button = element("button", {type: "button", className: "link", title: `Look at ${plain(name)}`}, element("bdi", {}, plain(name)));
  button.addEventListener("click", () => choose(row.benchmark));
  const chip = element("span", {className: "chip"}, element("i"), row.verdict ?? "no verdict");
  chip.firstChild.style.background = verdictColour(row.verdict);
  const notes = [...remarks(row.note).filter((remark) => !said.has(remark)), kindOf(row) === "open" ? need(row, threshold) : null].filter(Boolean).join("; ");
  return element("li", {}, element("div", {className: "entry"}, button, chip),
    element("div", {className: "figures"}, row.corr == null ? "no correlation" : `${correlation(row.corr)} (${verdictInterval(row.ci_low, row.ci_high, threshold)})`, `, n ${row.n ?? 0}`,
      kindOf(row) === "open" || row.q_verdict == null ? "" : `, q ${pValue(row.q_verdict)}`, row.direction === "lower" ? "; lower is better, scores negated" : ""),
    notes ? element("p", {}, notes) : null);
}

/** The three lists of a stratum at a threshold; choose(benchmark) is what a click on a name does. */
export function lists(data, rows, threshold, choose) {
  const targets = rows.filter((row) => row.role === "target").sort((a, b) => (a.order ?? 1e9) - (b.order ?? 1e9));
  return element("div", {className: "lists"}, kinds.map(({kind, title, says}) => {
    const mine = targets.filter((row) => kindOf(row) === kind);
    // what is said of every one is said once
    const said = new Set(mine.length > 2 ? remarks(mine[0].note).filter((remark) => mine.every((row) => remarks(row.note).includes(remark))) : []);
    const items = element("ul", {}, mine.slice(0, few).map((row) => entry(data, row, threshold, choose, said)));
    const more = mine.length > few ? element("button", {type: "button", className: "more"}, `Show all ${mine.length}`) : null;
    more?.addEventListener("click", () => {
      const at = items.children.length;
      items.append(...mine.slice(few).map((row) => entry(data, row, threshold, choose, said)));
      more.remove();
      items.children[at]?.querySelector("button")?.focus();
    });
    return element("section", {className: "list", id: `list-${kind}`, "aria-labelledby": `list-${kind}-title`},
      element("h3", {id: `list-${kind}-title`}, title, " ", element("b", {}, String(mine.length))),
      element("p", {className: "subtitle"}, says, said.size ? ` Of each: ${[...said].join("; ")}.` : "", kind === "quotable" && mine.length ? unchecked(mine) : ""), mine.length ? items : element("p", {className: "none"}, "None."), more);
  }));
}

/** The strata as words: all of them, or the two that there are. */
export function strataWords(strata) {
  const own = strata.filter(({name}) => name !== everything);
  return own.length === 2 ? `${isolate(plain(own[0].name))} and ${isolate(plain(own[1].name))} models` : "strata";
}
