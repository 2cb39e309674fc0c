// The models: a benchmark's scores against capability, beside what capability
// predicts, and the models by capabilities score.
import * as Plot from "@observablehq/plot";
import {pointLabels} from "./labels.js";
import {chartStyle, everything, format, interval, nothing, pValue, plural, shorten, stratumColour, textWidth} from "./verdicts.js";

// Which stratum a model is of, from the rows of the strata.
export function stratumOfModel(scores) {
  return new Map(scores.filter((row) => row.stratum !== everything).map((row) => [row.model, row.stratum]));
}

/**
 * Score against capability in one stratum, with the line by least squares and
 * the prediction interval of a new model.  All models together also get the
 * lines of their strata, which may run the other way.
 */
export function capabilityScatter(rows, {adjusted, stratum, strata, ofModel, benchmark, width: given, height = 520}) {
  const width = Math.max(given, 320);
  const points = rows.filter((row) => row.stratum === stratum && row.benchmark === benchmark && row.score != null && row.capability != null);
  if (!points.length) return nothing("No model has both a score and a capabilities score.");
  const band = points.filter((row) => row.expected != null).sort((a, b) => a.capability - b.capability);
  const colour = (row) => stratumColour(strata, stratum === everything ? ofModel.get(row.model) : stratum);
  const residual = new Map(adjusted
    .filter((row) => row.stratum === stratum && row.benchmark === benchmark)
    .map((row) => [row.model, Math.abs(row.studentised ?? 0)]));
  const capability = points.map((row) => row.capability);
  const [least, most] = [Math.min(...capability), Math.max(...capability)];
  const room = 0.06 * (most - least || 1);
  // lines of a stratum are on the capability scale of that stratum: only their
  // slope over the models they share with all is drawn, by least squares here
  const lines = stratum !== everything ? [] : strata.filter((each) => each.name !== everything)
    .map(({name}) => ({name, fit: leastSquares(points.filter((row) => ofModel.get(row.model) === name))}))
    .filter(({fit}) => fit)
    .flatMap(({name, fit}) => fit.map(([x, y]) => ({name, x, y})));
  const lower = points[0]?.direction === "lower";

  return Plot.plot({
    width,
    height,
    marginLeft: 52,
    marginBottom: 38,
    marginTop: 26,
    style: chartStyle(12),
    ariaLabel: `${benchmark} against the capabilities score`,
    x: {label: "capabilities score →", labelAnchor: "right", labelArrow: "none", domain: [least - room, most + 2 * room], tickFormat: (x) => format(x, 0)},
    y: {label: `${lower ? "↓" : "↑"} ${benchmark}, ${lower ? "lower" : "higher"} is better`, labelArrow: "none", nice: true, ticks: 6},
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1, ticks: 6}),
      Plot.areaY(band, {x: "capability", y1: "pi_low", y2: "pi_high", fill: "currentColor", fillOpacity: 0.07, clip: true, className: "band"}),
      Plot.lineY(band, {x: "capability", y: "expected", stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 1.5, clip: true, className: "line"}),
      Plot.line(lines, {x: "x", y: "y", z: "name", stroke: (row) => stratumColour(strata, row.name), strokeWidth: 1.5, strokeDasharray: "5,4", clip: true, className: "strata"}),
      Plot.dot(points, {
        x: "capability", y: "score", fill: colour, r: 4, stroke: "var(--surface)", strokeWidth: 1, className: "points",
        title: (row) => `${row.model}${stratum === everything && ofModel.has(row.model) ? ` (${ofModel.get(row.model)})` : ""}\nscore ${format(row.score, 3)}, predicted ${format(row.expected, 3)}\nprediction interval ${interval(row.pi_low, row.pi_high, 3)}\ncapabilities score ${format(row.capability)}`,
        tip: {fontSize: 12}
      }),
      pointLabels(points, {
        x: "capability", y: "score", text: "model", fontSize: 10.5, fill: "currentColor", stroke: "var(--surface)", strokeWidth: 3,
        importance: (row) => residual.get(row.model) ?? 0, className: "names"
      })
    ]
  });
}

function leastSquares(points) {
  if (points.length < 3) return null;
  const n = points.length;
  const mx = points.reduce((sum, row) => sum + row.capability, 0) / n;
  const my = points.reduce((sum, row) => sum + row.score, 0) / n;
  const sxx = points.reduce((sum, row) => sum + (row.capability - mx) ** 2, 0);
  if (!(sxx > 0)) return null;
  const slope = points.reduce((sum, row) => sum + (row.capability - mx) * (row.score - my), 0) / sxx;
  const xs = points.map((row) => row.capability);
  return [Math.min(...xs), Math.max(...xs)].map((x) => [x, my + slope * (x - mx)]);
}

/** Scores beside what capability predicts: the models furthest above and below. */
export function adjustedScores(rows, {stratum, benchmark, ends = 8, width: given, height = 500}) {
  const width = Math.max(given, 300);
  const all = rows
    .filter((row) => row.stratum === stratum && row.benchmark === benchmark && row.rank != null)
    .sort((a, b) => a.rank - b.rank);
  if (!all.length) return nothing("No model has both a score and a capabilities score.");
  const cut = all.length > 2 * ends + 2;
  const shown = cut ? [...all.slice(0, ends), ...all.slice(-ends)] : all;
  const between = "…";
  const domain = cut
    ? [...all.slice(0, ends).map((row) => row.model), between, ...all.slice(-ends).map((row) => row.model)]
    : all.map((row) => row.model);
  const found = (row) => row.q_value != null && row.q_value < 0.05;
  const marginLeft = 10 + textWidth(shown.map((row) => shorten(row.model)), 11);

  return Plot.plot({
    width,
    height,
    marginLeft,
    marginRight: 46,
    marginBottom: 38,
    marginTop: 26,
    style: chartStyle(11),
    ariaLabel: `${benchmark}: models furthest above and below the prediction`,
    x: {label: `${benchmark} →`, labelArrow: "none", ticks: Math.max(2, Math.floor((width - marginLeft - 46) / 55))},
    y: {domain, label: null, tickSize: 0, padding: 0.3, tickFormat: (name) => shorten(name)},
    marks: [
      Plot.barX(shown, {x1: "pi_low", x2: "pi_high", y: "model", fill: "currentColor", fillOpacity: 0.09, className: "bands"}),
      Plot.tickX(shown, {x: "expected", y: "model", stroke: "currentColor", strokeOpacity: 0.7, strokeWidth: 1.5}),
      Plot.ruleY(shown, {x1: "expected", x2: "score", y: "model", stroke: (row) => (found(row) ? "var(--found)" : "var(--plain)"), strokeWidth: 1.5}),
      Plot.dot(shown, {
        x: "score", y: "model", r: 4, fill: (row) => (found(row) ? "var(--found)" : "var(--plain)"), className: "points",
        title: (row) => `${row.model}: rank ${row.rank} of ${all.length}\nscore ${format(row.score, 3)}, predicted ${format(row.expected, 3)}\nstudentised ${format(row.studentised)}, p ${pValue(row.p_value)}, q ${pValue(row.q_value)}`,
        tip: {fontSize: 12}
      }),
      Plot.text(shown, {y: "model", text: (row) => pValue(row.q_value), frameAnchor: "right", textAnchor: "end", dx: 42, fillOpacity: 0.7, fontVariant: "tabular-nums"}),
      Plot.text(["q"], {frameAnchor: "top-right", textAnchor: "end", dx: 42, dy: -14, fillOpacity: 0.7})
    ]
  });
}

/** Models by capabilities score with the interval by resampling benchmarks. */
export function capabilityRanking(rows, {stratum, strata, ofModel, width: given, most = 80}) {
  const width = Math.max(given, 320);
  const models = rows.filter((row) => row.stratum === stratum && row.capability != null).sort((a, b) => a.rank - b.rank || (a.model < b.model ? -1 : 1)).slice(0, most);
  const colour = (row) => stratumColour(strata, stratum === everything ? ofModel.get(row.model) : stratum);
  if (!models.length) return nothing("No model has a capabilities score.");
  const below = 16 + 0.75 * textWidth(models.map((row) => shorten(row.model)), 11);
  return Plot.plot({
    width,
    height: 220 + below,
    marginBottom: below,
    marginLeft: 56,
    marginTop: 26,
    style: chartStyle(11),
    ariaLabel: "Models by capabilities score",
    x: {domain: models.map((row) => row.model), label: null, tickRotate: -48, tickSize: 0, tickFormat: (name) => shorten(name)},
    y: {label: "↑ capabilities score", labelArrow: "none", nice: true, ticks: 5, tickFormat: (y) => format(y, 0)},
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1, ticks: 5}),
      Plot.ruleY([0], {stroke: "currentColor", strokeOpacity: 0.5}),
      Plot.ruleX(models.filter((row) => row.ci_low != null), {x: "model", y1: "ci_low", y2: "ci_high", stroke: colour, strokeWidth: 1.5, marker: "tick", className: "intervals"}),
      Plot.dot(models, {
        x: "model", y: "capability", r: 3.5, fill: colour, className: "points",
        title: (row) => `${row.model}\nrank ${row.rank}, ${row.rank_low == null ? row.status : `interval ${row.rank_low} to ${row.rank_high}`}\ncapabilities score ${format(row.capability)}, ${interval(row.ci_low, row.ci_high)}\n${plural(row.n_observed, "capability benchmark")}`,
        tip: {fontSize: 12}
      })
    ]
  });
}

// Who is of which colour, where all models are shown.
export function stratumLegend(strata) {
  const element = document.createElement("div");
  element.className = "legend";
  for (const {name, models} of strata) {
    if (name === everything) continue;
    const item = element.appendChild(document.createElement("span"));
    item.appendChild(document.createElement("i")).style.background = stratumColour(strata, name);
    item.append(`${name} `);
    item.appendChild(document.createElement("b")).textContent = models;
  }
  return element;
}
