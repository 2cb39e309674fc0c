// Capabilities correlations with intervals: a row per benchmark, a panel per
// stratum, so that what all models together hide is seen in one row.
import * as Plot from "@observablehq/plot";
import {chartStyle, direction, everything, format, interval, nothing, plural, pValue, shorten, textWidth, verdictColour, verdicts} from "./verdicts.js";

// The paper's threshold, also that of the verdicts by default.
const threshold = 0.4;

// Benchmarks whose correlation has one sign in one stratum and the other in another.
export function oppositeSigns(rows) {
  const signs = new Map();
  for (const {stratum, benchmark, corr} of rows) {
    if (stratum === everything || corr == null || corr === 0) continue;
    if (!signs.has(benchmark)) signs.set(benchmark, new Set());
    signs.get(benchmark).add(Math.sign(corr));
  }
  return new Set([...signs].filter(([, set]) => set.size > 1).map(([benchmark]) => benchmark));
}

// Benchmarks that are low over all models but in no stratum alone.
export function lowOnlyPooled(rows) {
  const low = rows.filter((row) => row.verdict === "low");
  const alone = new Set(low.filter((row) => row.stratum !== everything).map((row) => row.benchmark));
  return low.filter((row) => row.stratum === everything && !alone.has(row.benchmark)).map((row) => row.benchmark);
}

// From the most entangled to the most inverse over all models; undefined ones last.
export function benchmarkOrder(rows) {
  const value = (row) => row.corr ?? -2;
  return rows.filter((row) => row.stratum === everything)
    .sort((a, b) => value(b) - value(a) || (a.benchmark < b.benchmark ? -1 : 1))
    .map((row) => row.benchmark);
}

const describe = (row) =>
  [
    `${row.benchmark}${direction(row)}, ${row.stratum === everything ? "all models" : row.stratum}`,
    row.corr == null
      ? `no correlation: ${row.status}`
      : `correlation ${format(row.corr)}, interval ${interval(row.ci_low, row.ci_high)}`,
    `${plural(row.n, "model")}${row.n_dropped ? `, ${row.n_dropped} left out: incomplete` : ""}`,
    row.corr == null ? "" : `p ${pValue(row.p_value)}, q ${pValue(row.q_value)}`,
    row.slope == null
      ? ""
      : `slope ${format(row.slope, 3)} per SD of capability, SD of the scores ${format(row.benchmark_sd, 3)}`,
    row.verdict ?? row.status
  ].filter(Boolean).join("\n");

export function correlationBars(rows, {benchmarks, strata, width: given}) {
  const shown = new Set(benchmarks);
  const panels = strata.map((stratum) => stratum.name);
  const data = rows.filter((row) => shown.has(row.benchmark) && panels.includes(row.stratum));
  const opposite = oppositeSigns(rows);
  const known = data.filter((row) => row.corr != null);
  const unknown = data.filter((row) => row.corr == null);
  const there = new Set(data.map((row) => `${row.stratum}\n${row.benchmark}`));
  const absent = panels.flatMap((stratum) => benchmarks
    .filter((benchmark) => !there.has(`${stratum}\n${benchmark}`))
    .map((benchmark) => ({stratum, benchmark, status: "no scores"})));
  const negated = new Set(data.filter((row) => row.direction === "lower").map((row) => row.benchmark));
  const label = (name) => `${opposite.has(name) ? "⇄ " : ""}${shorten(name, 34)}${negated.has(name) ? " (negated)" : ""}`;
  const marginLeft = 16 + 1.06 * textWidth(benchmarks.map(label), 12);
  const width = Math.max(given, marginLeft + 190 * strata.length);
  if (!benchmarks.length || !panels.length) return nothing("There are no correlations to show.");
  const rowHeight = benchmarks.length < 8 ? 28 : 20;

  return Plot.plot({
    width,
    height: 62 + rowHeight * benchmarks.length,
    marginLeft,
    marginRight: 4,
    marginTop: 40,
    marginBottom: 20,
    style: chartStyle(12),
    ariaLabel: "Capabilities correlation of each benchmark, with its interval, by stratum",
    // the numbers stand to the right of the bars
    x: {domain: [-1, 1], insetRight: 84, insetLeft: 4, ticks: [-1, -0.5, 0, 0.5, 1], tickFormat: (x) => format(x, x % 1 ? 1 : 0), label: null, axis: null},
    y: {domain: benchmarks, label: null, padding: 0.28, axis: null},
    fx: {domain: panels, label: null, padding: 0.04, axis: null},
    marks: [
      // rows with opposite signs are marked over the whole width
      Plot.barX(panels.flatMap((fx) => benchmarks.filter((name) => opposite.has(name)).map((y) => ({fx, y}))), {
        x1: -1, x2: 1, y: "y", fx: "fx", fill: "var(--mark)", insetTop: -3, insetBottom: -3, insetRight: -84, insetLeft: -4
      }),
      Plot.axisX({ticks: [-1, -0.5, 0, 0.5, 1], tickFormat: (x) => format(x, x % 1 ? 1 : 0), anchor: "bottom", tickSize: 0}),
      Plot.ruleX([-1, -0.5, 0.5, 1], {stroke: "var(--grid)"}),
      Plot.ruleX([-threshold, threshold], {stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "3,3"}),
      Plot.barX(known, {
        x1: 0, x2: "corr", y: "benchmark", fx: "stratum",
        fill: (row) => verdictColour(row.verdict), className: "bars"
      }),
      Plot.ruleX([0], {stroke: "currentColor"}),
      Plot.ruleY(known.filter((row) => row.ci_low != null), {
        x1: "ci_low", x2: "ci_high", y: "benchmark", fx: "stratum", stroke: "currentColor", strokeWidth: 1.2,
        marker: "tick", className: "intervals"
      }),
      Plot.text(known, {
        y: "benchmark", fx: "stratum", text: (row) => format(row.corr), frameAnchor: "right", dx: -36,
        fontVariant: "tabular-nums", fontWeight: (row) => (row.verdict === "unresolved" ? 400 : 600), className: "numbers"
      }),
      Plot.text(data, {
        y: "benchmark", fx: "stratum", text: (row) => `${row.n}`, frameAnchor: "right", dx: -8,
        fillOpacity: 0.7, fontVariant: "tabular-nums", className: "counts"
      }),
      Plot.text([...unknown, ...absent], {
        x: -1, y: "benchmark", fx: "stratum", text: "status", textAnchor: "start", dx: 6, fill: "currentColor", stroke: "var(--surface)", strokeWidth: 3, fontStyle: "italic", fillOpacity: 0.7, className: "statuses"
      }),
      // names and heads
      Plot.text(benchmarks, {
        y: (name) => name, fx: () => panels[0], text: label,
        frameAnchor: "left", textAnchor: "end", dx: -10,
        fontWeight: (name) => (opposite.has(name) ? 600 : 400), className: "names"
      }),
      Plot.text(strata, {
        fx: "name", text: (stratum) => (stratum.name === everything ? `All ${stratum.models} models` : `${stratum.name}: ${plural(stratum.models, "model")}`),
        frameAnchor: "top-left", dy: -36, dx: 4, fontWeight: 600, fontSize: 13, className: "heads"
      }),
      Plot.text(panels, {fx: (fx) => fx, text: () => "corr", frameAnchor: "top-right", dy: -16, dx: -36, fillOpacity: 0.7}),
      Plot.text(panels, {fx: (fx) => fx, text: () => "n", frameAnchor: "top-right", dy: -16, dx: -8, fillOpacity: 0.7}),
      Plot.tip(data, Plot.pointerY({
        x: (row) => row.corr ?? 0, y: "benchmark", fx: "stratum", title: describe, lineWidth: 40, fontSize: 12
      }))
    ]
  });
}

// The legend, with how often each verdict was given over all models.
export function verdictLegend(rows) {
  const element = document.createElement("div");
  element.className = "legend";
  for (const {name, says} of verdicts) {
    const count = rows.filter((row) => row.stratum === everything && row.verdict === name).length;
    const item = element.appendChild(document.createElement("span"));
    item.title = says;
    const swatch = item.appendChild(document.createElement("i"));
    swatch.style.background = verdictColour(name);
    item.append(`${name} `);
    item.appendChild(document.createElement("b")).textContent = count;
  }
  return element;
}
