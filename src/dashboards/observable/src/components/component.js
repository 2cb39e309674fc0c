// The component: what it is made of, how many components there are, and how
// benchmarks go together.
import * as Plot from "@observablehq/plot";
import {chartStyle} from "./labels.js";
import {plain, shortNames, widest} from "./names.js";
import {correlation, element, format, interval, isolate, modelsOf, nothing, percent, plural} from "./words.js";

export async function drawScree(data, state, width) {
  const stratum = state.get("models");
  const all = (await data.component()).components.filter((row) => row.stratum === stratum).sort((a, b) => a.component - b.component);
  const rows = all.filter((row) => row.eigenvalue != null).slice(0, 10);
  const first = all[0];
  const above = all.findIndex((row) => row.parallel_threshold == null || !(row.eigenvalue > row.parallel_threshold));
  // one benchmark alone is its own component, whatever it measures
  const known = all.length < 2 ? [] : rows.filter((row) => row.parallel_threshold != null);
  return {
    title: first?.explained == null ? `No component: ${first?.status ?? "no capability benchmarks"}`
      : all.length < 2 ? "The component is the one capability benchmark"
      : `It explains ${percent(first.explained)}${first.ci_low == null ? "" : ` (${percent(first.ci_low)} to ${percent(first.ci_high)})`}${known.length ? above === 0 ? ", no more than chance" : above === 1 ? "; it alone is above chance" : `; ${above < 0 ? all.length : above} components are above chance` : ""}`,
    subtitle: `Eigenvalues of the correlations of ${plural(all.length, "capability benchmark")} over ${plural(first?.n ?? 0, "model")}.${known.length ? " Dashed: what unrelated benchmarks exceed in 5 % of samples (parallel analysis)." : ""}${data.page.families ? " Models count as independent here; notes on component 2 count families." : ""}`,
    table: {rows: all, name: "components", columns: ["component", "eigenvalue", "explained", "ci_low", "ci_high", "parallel_threshold", "n", "status"].map((name) => ({name, value: (row) => row[name] ?? (name === "status" ? "" : null), show: name === "component" || name === "n" ? String : undefined}))},
    chart: !rows.length ? nothing(first?.status ?? "No component.") : Plot.plot({
      width, height: 260, marginTop: 22, marginBottom: 40, marginLeft: 36, marginRight: 16, style: chartStyle(12),
      x: {label: "component", labelArrow: "none", labelAnchor: "center", ticks: rows.length, tickFormat: "d", domain: [0.6, rows.length + 0.4]},
      y: {label: "↑ eigenvalue", labelArrow: "none", ticks: 5, domain: [0, 1.12 * Math.max(1, ...rows.map((row) => row.eigenvalue))]},
      marks: [
        Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1, ticks: 5}),
        Plot.ruleY([0], {stroke: "var(--muted)"}),
        Plot.lineY(rows, {x: "component", y: "eigenvalue", stroke: "var(--plain)", strokeWidth: 1.5}),
        Plot.lineY(known, {x: "component", y: "parallel_threshold", stroke: "var(--found)", strokeDasharray: "4,3", strokeWidth: 1.5, className: "threshold"}),
        Plot.dot(rows, {
          x: "component", y: "eigenvalue", r: 4, fill: "var(--plain)", className: "eigenvalues",
          title: (row) => `component ${row.component}\neigenvalue ${format(row.eigenvalue)}, chance ${format(row.parallel_threshold)}\nexplains ${percent(row.explained, 1)} (${percent(row.ci_low)} to ${percent(row.ci_high)})`
        }),
        Plot.text(rows.slice(0, 1), {x: "component", y: "eigenvalue", text: (row) => percent(row.explained), dx: 10, dy: -4, textAnchor: "start", fontWeight: 600})
      ]
    })
  };
}

export async function drawLoadings(data, state, width) {
  const stratum = state.get("models");
  const rows = (await data.component()).loadings.filter((row) => row.stratum === stratum && row.component === 1);
  const loaded = rows.filter((row) => row.loading != null).sort((a, b) => b.loading - a.loading);
  const name = (row) => isolate(plain(data.benchmarks[row.benchmark]));
  const most = 40;
  const shown = loaded.length > most ? [...loaded.slice(0, most / 2), ...loaded.slice(-most / 2)] : loaded;
  const words = {
    title: loaded.length < 2 ? "What capability is made of" : loaded[0].loading - loaded.at(-1).loading < 1e-6 ? `${loaded.length === 2 ? "Both" : "All"} load the same (${format(loaded[0].loading)})` : `${name(loaded[0])} loads highest (${format(loaded[0].loading)}), ${name(loaded.at(-1))} lowest (${format(loaded.at(-1).loading)})`,
    subtitle: `Loading: the correlation of each capability benchmark with the component; ${loaded.some((row) => row.ci_low != null) ? "bars: 95 % intervals by resampling models" : "no intervals"}.${shown.length < loaded.length ? ` The ${most} of ${loaded.length} that load highest and lowest.` : ""}`,
    table: {rows, name: "loadings", columns: [{name: "benchmark", value: (row) => data.benchmarks[row.benchmark]}, ...["weight", "loading", "ci_low", "ci_high", "n"].map((column) => ({name: column, value: (row) => row[column]})), {name: "status", value: (row) => row.status ?? ""}]}
  };
  if (!loaded.length) return {...words, chart: nothing(rows[0]?.status ?? "There are no capability benchmarks.")};
  const lowest = Math.min(0, ...loaded.map((row) => Math.min(row.loading, row.ci_low ?? row.loading)));
  const short = shortNames(shown.map((row) => data.benchmarks[row.benchmark]), 0.42 * width, 12);
  const label = (row) => String(row.benchmark);
  return {
    ...words,
    chart: Plot.plot({
      width, height: 52 + 20 * shown.length, marginLeft: 12 + widest([...short.values()], 12), marginRight: 44, marginTop: 8, marginBottom: 38, style: chartStyle(12),
      x: {domain: [lowest < 0 ? -1 : 0, 1], label: "loading", labelArrow: "none", labelAnchor: "center", ticks: 5},
      y: {domain: shown.map(label), label: null, tickSize: 0, tickFormat: (at) => short.get(data.benchmarks[Number(at)])},
      marks: [
        Plot.ruleX([0], {stroke: "var(--muted)"}),
        Plot.ruleY(shown.filter((row) => row.ci_low != null), {x1: "ci_low", x2: "ci_high", y: label, stroke: "var(--plain)", strokeOpacity: 0.45, strokeWidth: 4, strokeLinecap: "round", className: "intervals"}),
        Plot.dot(shown, {
          x: "loading", y: label, r: 4.5, fill: "var(--plain)", stroke: "var(--surface)", className: "loadings",
          title: (row) => `${name(row)}\nloading ${format(row.loading)} (${interval(row.ci_low, row.ci_high)})\nweight ${format(row.weight)}`
        }),
        Plot.text(shown, {y: label, text: (row) => format(row.loading), frameAnchor: "right", textAnchor: "end", dx: 40, fontVariant: "tabular-nums"})
      ]
    })
  };
}

// ---------------------------------------------------------------------------
// All benchmarks with each other
// ---------------------------------------------------------------------------

const shade = (corr) => `color-mix(in oklab, var(--${corr < 0 ? "inverse" : "entangled"}) ${Math.round(100 * Math.abs(corr))}%, var(--surface))`;

// Black or white, what can be read on the colour of a cell: by its luminance (WCAG 2.2).
function inkOn(corr) {
  const probe = document.body.appendChild(element("i"));
  probe.style.color = shade(corr);
  const canvas = element("canvas", {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  probe.remove();
  const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data, (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/** Correlations of fewer models say next to nothing. */
const fewModels = 10;

/** So small a cell still has a label of its own line. */
const smallest = 15;

export function heatmapCard(data, state) {
  let all = false;
  let beyond = false;
  let refresh = () => {};
  const select = element("select", {"aria-label": "Which correlations"}, element("option", {value: ""}, "as measured"), element("option", {value: "beyond"}, "beyond capability"));
  const more = element("button", {type: "button"}, "");
  const controls = element("div", {className: "find"}, select, more);
  select.addEventListener("change", () => {
    beyond = select.value !== "";
    refresh();
  });
  more.addEventListener("click", () => {
    all = !all;
    refresh();
  });

  async function draw(width) {
    const stratum = state.get("models");
    const rows = await data.matrix(stratum, beyond);
    const {loadings} = await data.component();
    const report = await data.reportAt(0.4, stratum);
    const capability = loadings.filter((row) => row.stratum === stratum && row.component === 1).sort((a, b) => (b.loading ?? -2) - (a.loading ?? -2)).map((row) => row.benchmark);
    const own = new Set(capability);
    const others = report.filter((row) => row.role === "target" && !own.has(row.benchmark)).sort((a, b) => (b.corr ?? -2) - (a.corr ?? -2)).map((row) => row.benchmark);
    const room = Math.min(210, 0.34 * width);
    const side = Math.floor((width - room - 10) / smallest);
    const total = capability.length + others.length;
    const ends = (list, count) => (list.length <= count ? list : count < 1 ? [] : [...list.slice(0, Math.ceil(count / 2)), ...list.slice(list.length - Math.floor(count / 2))]);
    const few = (width - room - 10) / total < 0.9 * smallest;
    const someCapability = all || !few ? capability : ends(capability, Math.max(Math.floor(side / 3), side - others.length));
    const someOthers = all || !few ? others : ends(others, side - someCapability.length);
    const shown = [...someCapability, ...someOthers];
    const ready = () => {
      more.hidden = !few;
      more.textContent = all ? "Show what fits" : `Show all ${total}`;
    };

    const pairs = rows.filter((row) => row.corr != null && own.has(row.a) && own.has(row.b));
    const mean = pairs.length ? pairs.reduce((sum, row) => sum + row.corr, 0) / pairs.length : null;
    const name = (benchmark) => isolate(plain(data.benchmarks[benchmark]));
    const words = {
      title: mean == null ? "Benchmarks with each other" : beyond ? `Beyond capability, capability benchmarks correlate ${format(mean)} on average` : `Capability benchmarks correlate ${format(mean)} with each other on average`,
      subtitle: `Rank correlations, ${modelsOf(data.strata[stratum])}: first the capability benchmarks by loading, then, after the line, the others by capabilities correlation.${few && !all ? ` ${shown.length} of ${total}: the highest and lowest of each.` : ""} A dot: no correlation.${rows.some((row) => row.corr != null && row.n < fewModels) ? ` A small square: fewer than ${fewModels} models.` : ""}`,
      table: {rows, name: beyond ? "correlation-matrix-beyond-capability" : "correlation-matrix", columns: [{name: "benchmark_a", value: (row) => data.benchmarks[row.a]}, {name: "benchmark_b", value: (row) => data.benchmarks[row.b]}, {name: "corr", value: (row) => row.corr}, {name: "n", value: (row) => row.n}, {name: "status", value: (row) => row.status ?? ""}]}
    };
    const legend = element("div", {className: "legend"}, "−1 ", element("i", {className: "ramp"}), " 1");
    if (!rows.length || shown.length < 2) return {...words, controls, ready, chart: nothing("No pair of benchmarks has a correlation.")};

    const short = shortNames(shown.map((benchmark) => data.benchmarks[benchmark]), room - 10, 12);
    const margin = 10 + widest([...short.values()], 12);
    const chartWidth = all && few ? margin + 10 + smallest * shown.length : width;
    const cell = Math.min((chartWidth - margin - 4) / shown.length, 40);
    const domain = shown.map(String);
    const known = new Set(shown);
    const cells = rows.filter((row) => known.has(row.a) && known.has(row.b)).flatMap((row) => [row, {...row, a: row.b, b: row.a}]);
    const there = cells.filter((row) => row.corr != null);
    const last = someCapability.at(-1);
    const tall = margin + 4;
    const cellMark = (marks, inset) => Plot.cell(marks, {
      x: (row) => String(row.b), y: (row) => String(row.a), fill: (row) => shade(row.corr), inset, className: "cells",
      title: (row) => `${name(row.a)}\n${name(row.b)}\ncorrelation ${correlation(row.corr)}, ${plural(row.n, "model")}${row.status === "ok" ? "" : `\n${row.status}`}`
    });
    const chart = Plot.plot({
      width: margin + 4 + cell * shown.length, height: tall + cell * shown.length + 4, marginLeft: margin, marginRight: 4, marginTop: tall, marginBottom: 4, style: chartStyle(12),
      x: {domain, label: null, tickRotate: -90, tickSize: 0, padding: 0, axis: "top", tickFormat: (at) => short.get(data.benchmarks[Number(at)])},
      y: {domain, label: null, tickSize: 0, padding: 0, tickFormat: (at) => short.get(data.benchmarks[Number(at)])},
      marks: [
        cellMark(there.filter((row) => row.n >= fewModels), 0.5),
        cellMark(there.filter((row) => row.n < fewModels), cell / 3),
        cell >= 34 ? Plot.text(there.filter((row) => row.n >= fewModels), {x: (row) => String(row.b), y: (row) => String(row.a), text: (row) => correlation(row.corr), fontSize: 11, fill: (row) => inkOn(row.corr), className: "numbers"}) : null,
        Plot.text(cells.filter((row) => row.corr == null), {x: (row) => String(row.b), y: (row) => String(row.a), text: () => "·", fill: "var(--muted)", className: "dots"}),
        last != null && someOthers.length ? Plot.ruleX([last], {x: String, dx: cell / 2, stroke: "currentColor", strokeWidth: 1.2}) : null,
        last != null && someOthers.length ? Plot.ruleY([last], {y: String, dy: cell / 2, stroke: "currentColor", strokeWidth: 1.2}) : null
      ]
    });
    chart.style.maxWidth = "none";
    return {...words, controls, ready, legend, chart};
  }
  return {draw, onRefresh: (callback) => { refresh = callback; }};
}
