// The component: how benchmarks go together, how many components there are,
// what the first is made of.
import * as Plot from "@observablehq/plot";
import {chartStyle, format, interval, nothing, percent, plural, shorten, textWidth} from "./verdicts.js";

// Capability benchmarks by loading, at most so many, then the others by
// capabilities correlation.
export function heatmapOrder(stratum, loadings, correlations, most) {
  const capabilities = loadings
    .filter((row) => row.stratum === stratum && row.component === 1)
    .sort((a, b) => (b.loading ?? -2) - (a.loading ?? -2))
    .map((row) => row.benchmark)
    .slice(0, most);
  const others = correlations
    .filter((row) => row.stratum === stratum && !capabilities.includes(row.benchmark))
    .sort((a, b) => (b.corr ?? -2) - (a.corr ?? -2))
    .map((row) => row.benchmark);
  return {capabilities, others};
}

const shade = (corr) =>
  `color-mix(in oklab, var(--${corr < 0 ? "inverse" : "entangled"}) ${Math.round(100 * Math.abs(corr))}%, var(--surface))`;

/** The full square; white on the diagonal, a dot where there is no correlation. */
export function correlationHeatmap(rows, {stratum, order, width: given}) {
  const width = Math.max(given, 320);
  const {capabilities, others} = order;
  const domain = [...capabilities, ...others];
  const known = new Set(domain);
  const cells = rows.filter((row) => row.stratum === stratum && known.has(row.benchmark_a) && known.has(row.benchmark_b) && row.benchmark_a !== row.benchmark_b);
  if (!cells.some((row) => row.corr != null)) return nothing("No pair of benchmarks has a correlation.");
  const margin = 10 + textWidth(domain.map((name) => shorten(name)), 11);
  const side = (width - margin - 8) / domain.length;
  const numbers = side >= 30;
  const last = capabilities.at(-1);
  return Plot.plot({
    width,
    height: 8 + margin * 0.82 + Math.min(side, 44) * domain.length,
    marginLeft: margin,
    marginRight: 8,
    marginTop: 8,
    marginBottom: margin * 0.82,
    style: chartStyle(11),
    ariaLabel: "Rank correlations of all benchmarks with each other",
    x: {domain, label: null, tickRotate: -55, tickSize: 0, padding: 0, tickFormat: (name) => shorten(name)},
    y: {domain, label: null, tickSize: 0, padding: 0, tickFormat: (name) => shorten(name)},
    marks: [
      Plot.cell(cells.filter((row) => row.corr != null), {
        x: "benchmark_b", y: "benchmark_a", fill: (row) => shade(row.corr), inset: 0.5, className: "cells",
        title: (row) => `${row.benchmark_a}\n${row.benchmark_b}\ncorrelation ${format(row.corr)}, ${plural(row.n, "model")}`,
        tip: {fontSize: 12}
      }),
      numbers ? Plot.text(cells.filter((row) => row.corr != null), {x: "benchmark_b", y: "benchmark_a", text: (row) => format(row.corr), fontSize: 10, fill: (row) => (Math.abs(row.corr) > 0.6 ? "var(--on-strong)" : "currentColor"), className: "numbers"}) : null,
      Plot.text(cells.filter((row) => row.corr == null), {x: "benchmark_b", y: "benchmark_a", text: () => "·", fillOpacity: 0.6, title: (row) => `${row.benchmark_a}, ${row.benchmark_b}: ${row.status}`}),
      // where the capability benchmarks end
      last && others.length ? Plot.ruleX([last], {x: (name) => name, dx: side / 2, stroke: "currentColor", strokeWidth: 1.2}) : null,
      last && others.length ? Plot.ruleY([last], {y: (name) => name, dy: Math.min(side, 44) / 2, stroke: "currentColor", strokeWidth: 1.2}) : null
    ]
  });
}

/** The mean correlation of the capability benchmarks with each other. */
export function meanCorrelation(rows, stratum, names) {
  const own = new Set(names);
  const pairs = rows.filter((row) => row.stratum === stratum && row.corr != null && row.benchmark_a < row.benchmark_b && own.has(row.benchmark_a) && own.has(row.benchmark_b));
  return pairs.length ? pairs.reduce((sum, row) => sum + row.corr, 0) / pairs.length : null;
}

export function heatmapLegend() {
  const element = document.createElement("div");
  element.className = "legend";
  element.innerHTML = '<span>−1 <i class="ramp"></i> 1</span>';
  return element;
}

/** How many components exceed chance, in their order, up to the first that does not. */
export function componentsAboveChance(rows, stratum) {
  const mine = rows.filter((row) => row.stratum === stratum).sort((a, b) => a.component - b.component);
  const first = mine.findIndex((row) => row.parallel_threshold == null || !(row.eigenvalue > row.parallel_threshold));
  return first < 0 ? mine.length : first;
}

export function screePlot(rows, {stratum, width: given, height = 260}) {
  const width = Math.max(given, 260);
  const mine = rows.filter((row) => row.stratum === stratum && row.eigenvalue != null).sort((a, b) => a.component - b.component).slice(0, 12);
  if (!mine.length) return nothing("No component.");
  const threshold = mine.filter((row) => row.parallel_threshold != null);
  return Plot.plot({
    width,
    height,
    marginTop: 26,
    marginBottom: 36,
    marginLeft: 32,
    marginRight: 12,
    style: chartStyle(11),
    ariaLabel: "Eigenvalues of the components and the threshold of parallel analysis",
    x: {label: "component", labelArrow: "none", labelAnchor: "center", ticks: mine.length, tickFormat: "d", domain: [0.6, mine.length + 0.4]},
    y: {label: "↑ eigenvalue", labelArrow: "none", ticks: 5, domain: [0, 1.12 * Math.max(1, ...mine.map((row) => row.eigenvalue))]},
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1, ticks: 5}),
      Plot.ruleY([0], {stroke: "currentColor", strokeOpacity: 0.5}),
      Plot.lineY(mine, {x: "component", y: "eigenvalue", stroke: "var(--plain)", strokeWidth: 1.5}),
      Plot.lineY(threshold, {x: "component", y: "parallel_threshold", stroke: "var(--found)", strokeDasharray: "4,3", strokeWidth: 1.5, marker: "dot", className: "threshold"}),
      Plot.dot(mine, {
        x: "component", y: "eigenvalue", r: 4, fill: "var(--plain)", className: "eigenvalues",
        title: (row) => `component ${row.component}\neigenvalue ${format(row.eigenvalue)}, chance ${format(row.parallel_threshold)}\nexplains ${percent(row.explained, 1)} (${percent(row.ci_low)} to ${percent(row.ci_high)}), with those before ${percent(row.cumulative, 1)}`,
        tip: {fontSize: 12}
      }),
      Plot.text(mine.slice(0, 2), {x: "component", y: "eigenvalue", text: (row) => `${percent(row.explained)}`, dx: 8, dy: -8, textAnchor: "start"}),
      Plot.text(threshold.slice(-1), {x: "component", y: "parallel_threshold", text: () => "chance (95th percentile)", dx: 12, dy: -18, textAnchor: "start", fill: "var(--found)"})
    ]
  });
}

export function loadingPlot(rows, {stratum, width: given}) {
  const width = Math.max(given, 260);
  const mine = rows.filter((row) => row.stratum === stratum && row.component === 1 && row.loading != null).sort((a, b) => b.loading - a.loading);
  if (!mine.length) return nothing("No loadings.");
  const lowest = Math.min(0, ...mine.map((row) => Math.min(row.loading, row.ci_low ?? row.loading)));
  return Plot.plot({
    width,
    height: 52 + 18 * mine.length,
    marginLeft: 10 + textWidth(mine.map((row) => shorten(row.benchmark)), 11),
    marginRight: 36,
    marginTop: 8,
    marginBottom: 34,
    style: chartStyle(11),
    ariaLabel: "Loadings of the capability benchmarks on the first component",
    x: {domain: [lowest < 0 ? -1 : 0, 1], label: "loading", labelArrow: "none", labelAnchor: "center", ticks: 5, grid: false},
    y: {domain: mine.map((row) => row.benchmark), label: null, tickSize: 0, tickFormat: (name) => shorten(name)},
    marks: [
      Plot.ruleX([0], {stroke: "currentColor"}),
      Plot.ruleY(mine.filter((row) => row.ci_low != null), {x1: "ci_low", x2: "ci_high", y: "benchmark", stroke: "var(--plain)", strokeWidth: 1.5, marker: "tick", className: "intervals"}),
      Plot.dot(mine, {
        x: "loading", y: "benchmark", r: 4, fill: "var(--plain)", className: "loadings",
        title: (row) => `${row.benchmark}\nloading ${format(row.loading)}, ${interval(row.ci_low, row.ci_high)}\nweight ${format(row.weight)}`, tip: {fontSize: 12}
      }),
      Plot.text(mine, {y: "benchmark", text: (row) => format(row.loading), frameAnchor: "right", textAnchor: "end", dx: 32, fontVariant: "tabular-nums"})
    ]
  });
}
