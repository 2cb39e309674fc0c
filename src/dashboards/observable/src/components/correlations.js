// The correlations of all benchmarks, by stratum, and of one benchmark in all ways.
import {byInterval, intervalChart} from "./intervals.js";
import {plain} from "./names.js";
import {correlation, element, everything, format, interval, isolate, list, minus, modelsOf, nothing, plural, pValue, shortOf, verdictColour, verdictInterval, verdicts} from "./words.js";
import {strataWords} from "./overview.js";

/** Benchmarks whose correlation is above 0 in one stratum and below it in another. */
export function oppositeSigns(data, rows) {
  const signs = new Map();
  for (const {stratum, benchmark, corr} of rows) {
    if (data.strata[stratum].name === everything || !corr) continue;
    if (!signs.has(benchmark)) signs.set(benchmark, new Set());
    signs.get(benchmark).add(Math.sign(corr));
  }
  return new Set([...signs].filter(([, set]) => set.size > 1).map(([benchmark]) => benchmark));
}

const weight = {entangled: 3, inverse: 3, low: 3, positive: 1, negative: 1};

/** How much a reader wants to see a benchmark: changes of sign, sure verdicts, rare ones before common ones. */
function interest(cells, opposite, sure, share) {
  let most = 0;
  for (const row of cells) if (row) most = Math.max(most, (weight[row.verdict] ?? 0) + (row.q_verdict != null && row.q_verdict < 0.05 ? 2 : 0) + (row.corr == null ? 0 : 1 - (share.get(row.verdict) ?? 0)));
  return most + (sure ? 6 : opposite ? 2.5 : 0);
}

/** All models and the strata with the most of them, as many as fit side by side. */
function panelsFor(data, width, chosen) {
  const room = width < 560 ? 1 : width < 900 ? 2 : 4;
  const order = [...data.strata].sort((a, b) => (b.at === chosen) - (a.at === chosen) || (b.name === everything) - (a.name === everything) || b.models - a.models);
  const kept = new Set(order.slice(0, room).map(({at}) => at));
  return data.ordered.filter(({at}) => kept.has(at));
}

export function describe(data, row, threshold) {
  return [
    `${isolate(plain(data.benchmarks[row.benchmark]))}, ${modelsOf(data.strata[row.stratum])}`,
    `correlation ${correlation(row.corr)} (${verdictInterval(row.ci_low, row.ci_high, threshold)}), ${plural(row.n, "model")}`,
    row.verdict ? `${row.verdict}${row.q_verdict == null ? "" : `, q ${pValue(row.q_verdict)}`}` : row.status,
    row.direction === "lower" ? "lower is better: scores negated" : null,
    row.note && !row.note.startsWith("no fault") ? minus(row.note) : null
  ].filter(Boolean).join("\n");
}

/** Columns of the table and the file of correlations. */
export const correlationColumns = (data) => [
  {name: "models", value: (row) => data.strata[row.stratum].name},
  {name: "benchmark", value: (row) => data.benchmarks[row.benchmark]},
  {name: "role", value: (row) => row.role ?? ""},
  {name: "better", value: (row) => row.direction ?? ""},
  ...[["n", 0], ["n_dropped", 0], ["n_imputed", 0], ["n_families", 0], ["corr", 2], ["ci_low", 2], ["ci_high", 2]].map(([name, digits]) => ({name, value: (row) => row[name], show: (value) => format(value, digits)})),
  ...["p_value", "q_value"].map((name) => ({name, value: (row) => row[name], show: pValue})),
  {name: "verdict", value: (row) => row.verdict ?? ""},
  {name: "q_verdict", value: (row) => row.q_verdict, show: pValue},
  ...[["slope", 3], ["benchmark_sd", 3], ["reliability", 2], ["models_needed", 0]].map(([name, digits]) => ({name, value: (row) => row[name], show: (value) => format(value, digits)})),
  {name: "status", value: (row) => row.status ?? ""},
  {name: "note", value: (row) => row.note ?? ""},
  {name: "not_checked", value: (row) => row.not_checked ?? ""}
];

export function verdictLegend(rows) {
  return element("ul", {className: "legend"}, verdicts.map(({name, says}) => {
    const swatch = element("i");
    swatch.style.background = verdictColour(name);
    return element("li", {title: says}, swatch, `${name} `, element("b", {}, String(rows.filter((row) => row.verdict === name).length)));
  }));
}

/** Draws the card of all benchmarks; holds what is searched and whether all are shown. */
export function correlationsCard(data, state, choose) {
  let all = false;
  const search = element("input", {type: "search", placeholder: "Search benchmarks", "aria-label": "Search benchmarks"});
  const more = element("button", {type: "button"}, "");
  const count = element("span", {className: "count", role: "status"});
  const controls = element("div", {className: "find"}, search, more, count);
  let refresh = () => {};
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh(), 120);
  });
  more.addEventListener("click", () => {
    all = !all;
    refresh();
  });

  async function draw(width) {
    const threshold = state.get("threshold");
    const rows = (await data.allAt(threshold)).filter((row) => row.role === "target");
    const panels = panelsFor(data, width, state.get("models"));
    const lead = panels.find(({at}) => at === state.get("models")) ?? panels[0];
    const at = new Map(rows.map((row) => [`${row.stratum} ${row.benchmark}`, row]));
    const cellsOf = (benchmark) => panels.map((stratum) => at.get(`${stratum.at} ${benchmark}`) ?? null);
    const benchmarks = [...new Set(rows.map((row) => row.benchmark))];
    const opposite = oppositeSigns(data, rows);
    const sure = data.signChanges;
    const share = new Map(verdicts.map(({name}) => [name, rows.filter((row) => row.verdict === name).length / (rows.length || 1)]));
    const most = width < 560 ? 20 : 40;
    const wanted = search.value.trim().toLowerCase();
    const found = benchmarks.filter((benchmark) => data.benchmarks[benchmark].toLowerCase().includes(wanted));
    const shown = all || wanted ? found : [...found]
      .map((benchmark) => ({benchmark, interest: interest(data.strata.map((stratum) => at.get(`${stratum.at} ${benchmark}`)), opposite.has(benchmark), sure.has(benchmark), share)}))
      .sort((a, b) => b.interest - a.interest || a.benchmark - b.benchmark).slice(0, most).map(({benchmark}) => benchmark);
    const key = new Map(shown.map((benchmark) => [benchmark, byInterval(at.get(`${lead.at} ${benchmark}`))]));
    shown.sort((a, b) => key.get(b) - key.get(a) || (data.benchmarks[a] < data.benchmarks[b] ? -1 : 1));

    count.textContent = shown.length < benchmarks.length ? `${shown.length} of ${benchmarks.length}${wanted ? "" : ", those with the most to say"}` : plural(benchmarks.length, "benchmark");
    more.hidden = benchmarks.length <= most || wanted !== "";
    more.textContent = all ? `Show ${most}` : `Show all ${benchmarks.length}`;
    controls.hidden = benchmarks.length <= 12;

    const mine = rows.filter((row) => row.stratum === lead.at);
    const words = strataWords(data.strata);
    const title = sure.size ? `${sure.size} of ${benchmarks.length} ${sure.size === 1 ? "has" : "have"} opposite signs in ${words}, beyond chance`
      : opposite.size ? `${opposite.size} of ${benchmarks.length} ${opposite.size === 1 ? "has" : "have"} opposite signs in ${words}, none beyond chance`
        : `How far each benchmark orders ${modelsOf(lead)} as capability does`;
    const lowOnly = mine.filter((row) => lead.name === everything && row.verdict === "low" && rows.filter((other) => other.benchmark === row.benchmark && other.stratum !== lead.at).every((other) => other.verdict !== "low"));
    return {
      title,
      subtitle: `Capabilities correlation (dot) with its 95 % interval (bar), sorted by the end of the interval that is nearer to 0. Dotted lines: the threshold ${threshold}. A name leads to that benchmark.${panels.length === 1 && data.strata.length > 1 ? " Other models can be chosen above." : ""}${panels.length < data.strata.length && panels.length > 1 ? ` Shown: ${panels.length} of ${data.strata.length} strata, the one chosen and those with the most models.` : ""}${opposite.size ? ` ⇄ opposite signs in ${words}${sure.size ? "; shaded: beyond chance, so that one correlation cannot describe them all" : ""}.` : ""}${lowOnly.length && data.strata.length > 1 ? ` Low over all models, but in no stratum: ${list(lowOnly.map((row) => isolate(plain(data.benchmarks[row.benchmark]))))}.` : ""}`,
      controls,
      legend: verdictLegend(mine),
      chart: !shown.length ? nothing(benchmarks.length ? "No benchmark has a name like that." : "There are no correlations to show.") : intervalChart({
        rows: shown.map((benchmark) => ({
          label: `${isolate(plain(data.benchmarks[benchmark]))}${cellsOf(benchmark).some((row) => row?.direction === "lower") ? " (negated)" : ""}`,
          marked: sure.has(benchmark),
          sign: opposite.has(benchmark) || sure.has(benchmark) ? "⇄ " : "",
          cells: cellsOf(benchmark).map((row) => row && {...row, says: describe(data, row, threshold)})
        })),
        panels: panels.map((stratum) => (stratum.name === everything ? `All ${stratum.models} models` : `${isolate(plain(stratum.name))}: ${plural(stratum.models, "model")}`)),
        threshold, width
      }),
      choose: (mark) => choose(shown[Number(mark.closest("[data-row]")?.dataset.row)]),
      table: {rows, columns: correlationColumns(data), name: "capabilities-correlations"}
    };
  }
  return {draw, onRefresh: (callback) => { refresh = callback; }};
}

/** So many strata stand below each other for one benchmark; of more, those that the chart of all benchmarks shows. */
const mostWays = 8;

/** One benchmark: every stratum, and given each control. */
export async function drawWays(data, state, width) {
  const threshold = state.get("threshold");
  const benchmark = state.get("benchmark");
  const rows = (await data.allAt(threshold)).filter((row) => row.benchmark === benchmark);
  const {given, differences} = await data.benchmark(benchmark);
  const shown = data.strata.length > mostWays ? panelsFor(data, 900, state.get("models")) : data.ordered;
  const lines = shown.flatMap((stratum) => {
    const row = rows.find((each) => each.stratum === stratum.at);
    const way = (label, cell) => ({label, marked: false, sign: "", cells: [cell]});
    return [
      row ? way(shortOf(stratum), {...row, says: describe(data, row, threshold)}) : null,
      ...given.map(({control, rows: controlled}) => {
        const cell = controlled.find((each) => each.stratum === stratum.at);
        return cell && row?.role === "target" ? way(`${shortOf(stratum)}, given ${isolate(plain(control))}`, {...cell, verdict: null,
          says: `${shortOf(stratum)}, given ${plain(control)}\ncorrelation ${correlation(cell.corr)} (${interval(cell.ci_low, cell.ci_high)}), ${plural(cell.n ?? 0, "model")}\nvariance inflation ${format(cell.vif)}${cell.status === "ok" ? "" : `\n${cell.status}`}`}) : null;
      })
    ];
  }).filter(Boolean);
  const whole = new Set(data.strata.filter(({name}) => name === everything).map(({at}) => at));
  const pair = differences.filter((row) => row.difference != null && !whole.has(row.stratum_a) && !whole.has(row.stratum_b));
  const sure = pair.some((row) => row.q_value != null && row.q_value < 0.05);
  const alone = pair.some((row) => row.p_value != null && row.p_value < 0.05);
  const words = strataWords(data.strata);
  const controls = given.map(({control}) => isolate(plain(control)));
  const inseparable = given.filter(({rows: each}) => each.some((row) => row.vif >= 5)).map(({control}) => isolate(plain(control)));
  return {
    title: pair.some((row) => row.sign_changes) ? `Its sign differs between ${words}, beyond chance`
      : sure ? `It differs between ${words}`
      : alone ? `It may differ between ${words}: not beyond chance among all benchmarks`
        : pair.length ? `No sure difference between ${words}` : "How sure that is",
    subtitle: `The same correlation in ${shown.length < data.strata.length ? `${shown.length} of ${data.strata.length} strata, those with the most models` : "each stratum"}${controls.length ? `, and given ${list(controls)}` : ""}, with 95 % intervals.${inseparable.length ? ` ${list(inseparable)} and capability can hardly be told apart (variance inflation of 5 or more): what is given there says little.` : ""}${pair.length === 1 ? ` Difference ${format(pair[0].difference)}${pair[0].ci_low == null ? ", without an interval" : ` (${interval(pair[0].ci_low, pair[0].ci_high)}), p ${pValue(pair[0].p_value)}, q ${pValue(pair[0].q_value)} among all benchmarks`}.` : ""}`,
    chart: lines.length ? intervalChart({rows: lines, panels: [""], threshold, width}) : nothing("There is no correlation."),
    table: {rows, columns: correlationColumns(data), name: "one-benchmark"}
  };
}
