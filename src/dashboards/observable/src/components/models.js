// The models: a benchmark's scores against capability, beside what capability
// predicts, over time, and the models by capabilities score.
import * as Plot from "@observablehq/plot";
import {chartStyle, pointLabels} from "./labels.js";
import {plain, shortNames, widest} from "./names.js";
import {correlation, day, element, everything, format, groupColour, interval, isolate, list, modelsOf, nothing, plural, pValue, scoreFormat, usualThreshold, verdictColour, verdictInterval} from "./words.js";

/** Families with the most models, which get colours; the others share one. */
function familyGroups(data, models) {
  const count = new Map();
  for (const model of models) {
    const family = data.page.families?.[model];
    if (family) count.set(family, (count.get(family) ?? 0) + 1);
  }
  return [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 4).map(([name]) => name);
}

/** By what points are coloured: {of(model) → number of a colour or -1, has(model, number), names, what}. */
async function grouping(data, stratum, models, by) {
  if (by === "family") {
    const names = familyGroups(data, models);
    return {names, what: "family", of: (model) => names.indexOf(data.page.families?.[model]), has: () => false};
  }
  const own = data.strata.filter(({name}) => name !== everything);
  if (data.strata[stratum].name !== everything || !own.length) return {names: [], what: "", of: () => -1, has: () => false};
  const ofModel = await data.strataOfModel();
  const has = (model, at) => ofModel.get(model)?.includes(own[at].at) ?? false;
  // a model of several strata has no colour
  return {names: own.map(({name}) => name), what: "stratum", has, of: (model) => (ofModel.get(model)?.length === 1 ? own.findIndex((_, at) => has(model, at)) : -1)};
}

function groupLegend({names, what}) {
  if (!names.length) return null;
  return element("ul", {className: "legend"}, [
    ...names.slice(0, names.length > 5 ? 4 : 5).map((name, at) => [isolate(plain(name)), at]),
    ...(names.length > 5 ? [["others", 4]] : []), ...(what === "family" ? [["other families", -1]] : [])
  ].map(([name, at]) => {
    const swatch = element("i", {className: "round"});
    swatch.style.background = groupColour(at);
    return element("li", {}, swatch, name);
  }));
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
  return [Math.min(...xs), Math.max(...xs)].map((x) => ({x, y: my + slope * (x - mx)}));
}

const modelColumns = (data, digits) => [
  {name: "model", value: (row) => data.models[row.model]},
  ...(data.page.families ? [{name: "family", value: (row) => data.page.families[row.model] ?? ""}] : []),
  ...(data.page.released ? [{name: "released", value: (row) => data.page.released[row.model] ?? ""}] : []),
  {name: "capability", value: (row) => row.capability},
  ...["score", "expected", "pi_low", "pi_high"].map((name) => ({name, value: (row) => row[name], show: digits})),
  {name: "studentised", value: (row) => row.studentised},
  ...["p_value", "q_value"].map((name) => ({name, value: (row) => row[name], show: pValue})),
  {name: "rank", value: (row) => row.rank}
];

/**
 * Score against capability, with the line by least squares and the prediction
 * interval of a new model.  All models together also get the lines of their
 * strata, which may run the other way.
 */
export function scatterCard(data, state) {
  let by = null;
  let refresh = () => {};
  const select = element("select", {"aria-label": "Colour of points"}, element("option", {value: "stratum"}, "Coloured by stratum"), element("option", {value: "family"}, "Coloured by family"));
  select.addEventListener("change", () => {
    by = select.value;
    refresh();
  });
  const controls = element("div", {className: "find"}, select);

  async function draw(width) {
    const stratum = state.get("models");
    const benchmark = state.get("benchmark");
    const name = isolate(plain(data.benchmarks[benchmark] ?? ""));
    const all = (await data.benchmark(benchmark)).models.filter((row) => row.stratum === stratum);
    const points = all.filter((row) => row.score != null && row.capability != null);
    const row = (await data.reportAt(state.get("threshold"), stratum)).find((each) => each.benchmark === benchmark);
    const digits = scoreFormat(points.map((point) => point.score));
    const better = row?.direction === "lower" ? "lower is better" : row?.direction === "higher" ? "higher is better" : "direction not declared";
    const words = {
      title: row?.corr == null ? `${name}: no correlation over ${modelsOf(data.strata[stratum])}` : `${name}: ${row.verdict ?? row.status}, correlation ${correlation(row.corr)} (${verdictInterval(row.ci_low, row.ci_high, state.get("threshold"))}) over ${plural(row.n, "model")}${row.direction === "lower" ? ", scores negated" : ""}`,
      subtitle: `Score (${better}) against the capabilities score, ${modelsOf(data.strata[stratum])}.${points.some((point) => point.expected != null) ? " Line: what capability predicts" : ""}${points.some((point) => point.pi_low != null) ? "; grey: where 95 % of new models would be." : points.some((point) => point.expected != null) ? "." : ""}`,
      table: {rows: all, columns: modelColumns(data, digits), name: "scores-against-capability"}
    };
    if (!points.length) return {...words, subtitle: row?.status && row.status !== "ok" ? `${row.status}.` : "", chart: nothing("No model has both a score and a capabilities score.")};

    const own = data.strata.filter((each) => each.name !== everything);
    const mixed = data.strata[stratum].name === everything && own.length > 0;
    const canChoose = data.page.families != null;
    const groups = await grouping(data, stratum, points.map(({model}) => model), by ?? (mixed || !canChoose ? "stratum" : "family"));
    const ready = () => {
      controls.hidden = !(canChoose && mixed);
      select.value = groups.what === "family" ? "family" : "stratum";
    };
    const band = points.filter((point) => point.expected != null).sort((a, b) => a.capability - b.capability);
    const capability = points.map((point) => point.capability);
    const [least, most] = [Math.min(...capability), Math.max(...capability)];
    const room = 0.06 * (most - least || 1);
    // The lines of strata are by least squares over the models they share with
    // all: their own capability scale is another.
    const lines = groups.what === "stratum" && mixed ? own.flatMap((each, at) => leastSquares(points.filter((point) => groups.has(point.model, at)))?.map((end) => ({...end, at, name: each.name})) ?? []) : [];
    if (lines.length) words.subtitle += ` Dashed: the line of each stratum alone${lines.length < 2 * own.length ? ", where there is one" : ""}.`;
    const scores = points.map((point) => point.score);
    const [bottom, top] = [Math.min(...scores), Math.max(...scores)];
    const short = shortNames(points.map((point) => data.models[point.model]), 170, 11);
    const marginLeft = 16 + widest([digits(bottom), digits(top)], 12);
    return {
      ...words,
      controls, ready, legend: groupLegend(groups),
      chart: Plot.plot({
        width, height: width < 560 ? 380 : width < 700 ? 480 : 600, marginLeft, marginRight: 14, marginBottom: 40, marginTop: 28, style: chartStyle(12),
        x: {label: "capabilities score →", labelAnchor: "right", labelArrow: "none", domain: [least - room, most + room], ticks: width < 560 ? 5 : 8},
        y: {label: width < 560 ? "score" : `score on ${[...plain(data.benchmarks[benchmark])].slice(0, 60).join("")}`, labelAnchor: "top", labelArrow: "up", domain: [bottom - 0.06 * (top - bottom || 1), top + 0.06 * (top - bottom || 1)], nice: true, ticks: 6},
        marks: [
          Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1, ticks: 6}),
          Plot.areaY(band, {x: "capability", y1: "pi_low", y2: "pi_high", fill: "currentColor", fillOpacity: 0.07, clip: true, className: "band"}),
          Plot.lineY(band, {x: "capability", y: "expected", stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 1.5, clip: true, className: "line"}),
          Plot.line(lines, {x: "x", y: "y", z: "name", stroke: (end) => groupColour(end.at), strokeWidth: 1.5, strokeDasharray: "5,4", clip: true, className: "strata"}),
          Plot.dot(points, {
            x: "capability", y: "score", fill: (point) => groupColour(groups.of(point.model)), r: 4, stroke: "var(--surface)", strokeWidth: 1, className: "points",
            title: (point) => [isolate(plain(data.models[point.model])), data.page.families?.[point.model] ? `family ${plain(data.page.families[point.model])}` : null, data.page.released?.[point.model] ? `released ${day(data.page.released[point.model])}` : null,
              `score ${digits(point.score)}, predicted ${digits(point.expected)} (${point.pi_low == null ? "no interval" : `${digits(point.pi_low)} to ${digits(point.pi_high)}`})`, `capabilities score ${format(point.capability)}`].filter(Boolean).join("\n")
          }),
          pointLabels(points, {
            x: "capability", y: "score", text: (point) => short.get(data.models[point.model]), fontSize: 11, fill: "currentColor", stroke: "var(--surface)", strokeWidth: 3,
            importance: (point) => Math.abs(point.studentised ?? 0), className: "names", most: width < 560 ? 40 : 300
          })
        ]
      })
    };
  }
  return {draw, onRefresh: (callback) => { refresh = callback; }};
}

/** Rows of models: names beside their bars or, on a narrow screen, above them. */
function rowsOfModels(width, names, height) {
  const above = width < 560;
  const short = shortNames(names, above ? width - 70 : Math.min(260, 0.42 * width), 12);
  return {
    short, above,
    height: above ? 36 : height,
    marginLeft: above ? 8 : 12 + widest([...short.values()], 12),
    labels: (rows, y, text) => (above ? [Plot.text(rows, {y, text, frameAnchor: "left", textAnchor: "start", dy: -14, dx: -4, stroke: "var(--surface)", strokeWidth: 3, fill: "currentColor", className: "rows"})] : [])
  };
}

/** Scores beside what capability predicts: the models furthest above and below. */
export async function drawAdjusted(data, state, width) {
  const stratum = state.get("models");
  const benchmark = state.get("benchmark");
  const name = isolate(plain(data.benchmarks[benchmark] ?? ""));
  const mine = (await data.benchmark(benchmark)).models.filter((row) => row.stratum === stratum);
  const all = mine.filter((row) => row.rank != null).sort((a, b) => a.rank - b.rank);
  const far = all.filter((row) => row.q_value != null && row.q_value < 0.05);
  const digits = scoreFormat(all.map((row) => row.score));
  const lower = (await data.reportAt(0.4, stratum)).find((row) => row.benchmark === benchmark)?.direction === "lower";
  const words = {
    title: far.length ? `${plural(far.length, "model")} ${far.length === 1 ? "is" : "are"} clearly far from what capability predicts` : all.length ? "No model is clearly far from what its capability predicts" : mine.some((row) => row.expected != null) ? "Nobody can tell which models are far from what capability predicts" : "No model has a predicted score",
    subtitle: `${name}, ${modelsOf(data.strata[stratum])}: score (dot), prediction (tick), 95 % interval (grey), best for their capability first${lower ? "; lower is better" : ""}. By chance 1 model in 20 is outside its interval; orange: q below 0.05, more than chance.`,
    table: {rows: all, columns: modelColumns(data, digits), name: "models-beside-prediction"}
  };
  if (!all.length) {
    const both = mine.find((row) => row.score != null && row.capability != null);
    return {...words, chart: nothing(both ? `No model has a rank: ${both.status}.` : "No model has both a score and a capabilities score.")};
  }
  const ends = 8;
  const cut = all.length > 2 * ends + 2;
  const shown = cut ? [...all.slice(0, ends), ...all.slice(-ends)] : all;
  const between = "…";
  const label = (row) => String(row.model);
  const domain = cut ? [...all.slice(0, ends).map(label), between, ...all.slice(-ends).map(label)] : all.map(label);
  const {short, above, height, marginLeft, labels} = rowsOfModels(width, shown.map((row) => data.models[row.model]), 22);
  const colour = (row) => (row.q_value != null && row.q_value < 0.05 ? "var(--found)" : "var(--plain)");
  return {
    ...words,
    chart: Plot.plot({
      width, height: 66 + height * domain.length, marginLeft, marginRight: 52, marginBottom: 38, marginTop: 26, style: chartStyle(12),
      x: {label: "score →", labelArrow: "none", ticks: Math.max(3, Math.floor((width - marginLeft - 52) / 60)), nice: true},
      y: {domain, label: null, tickSize: 0, padding: above ? 0.6 : 0.3, axis: above ? null : "left", tickFormat: (at) => (at === between ? between : short.get(data.models[Number(at)]))},
      marks: [
        ...labels(shown, label, (row) => short.get(data.models[row.model])),
        Plot.barX(shown, {x1: "pi_low", x2: "pi_high", y: label, fill: "currentColor", fillOpacity: 0.09, className: "bands"}),
        Plot.tickX(shown, {x: "expected", y: label, stroke: "currentColor", strokeOpacity: 0.7, strokeWidth: 1.5}),
        Plot.ruleY(shown, {x1: "expected", x2: "score", y: label, stroke: colour, strokeWidth: 1.5}),
        Plot.dot(shown, {
          x: "score", y: label, r: 4, fill: colour, className: "points",
          title: (row) => `${isolate(plain(data.models[row.model]))}\nrank ${row.rank} of ${all.length}\nscore ${digits(row.score)}, predicted ${digits(row.expected)}\nstudentised ${format(row.studentised)}, p ${pValue(row.p_value)}, q ${pValue(row.q_value)}`
        }),
        Plot.text(shown, {y: label, text: (row) => pValue(row.q_value), frameAnchor: "right", textAnchor: "end", dx: 48, fill: "var(--muted)", fontVariant: "tabular-nums"}),
        Plot.text(["q"], {frameAnchor: "top-right", textAnchor: "end", dx: 48, dy: -14, fill: "var(--muted)"})
      ]
    })
  };
}

/** The correlation in a moving window of release dates; hides where there are none. */
export async function drawOverTime(data, state, width) {
  const stratum = state.get("models");
  const benchmark = state.get("benchmark");
  const rows = (await data.benchmark(benchmark)).overTime.filter((row) => row.stratum === stratum).map((row) => ({...row, date: new Date(`${row.window_end}T00:00:00Z`)})).sort((a, b) => a.date - b.date);
  if (!rows.length) return null;
  const known = rows.filter((row) => row.corr != null);
  const last = known.at(-1);
  const first = known.find((row) => row.ci_low != null) ?? known[0];
  return {
    title: !last ? "Over time: no window has a correlation" : first === last ? `Over time: ${correlation(last.corr)} in the only window ${known.length > 1 ? "with an interval" : "with a correlation"}` : `From ${correlation(first.corr)} (${day(first.window_end)}) to ${correlation(last.corr)} (${day(last.window_end)})`,
    subtitle: `Capabilities correlation over the models released in the 365 days up to each date, ${modelsOf(data.strata[stratum])}, with 95 % intervals. Colours and dotted lines: the threshold ${usualThreshold}. Windows share models: the line moves slowly by itself.`,
    table: {rows, name: "over-time", columns: ["window_end", "n", "corr", "ci_low", "ci_high", "verdict", "capability_sd_ratio", "status"].map((name) => ({name, value: (row) => (name === "verdict" || name === "status" ? row[name] ?? "" : row[name])}))},
    chart: known.length ? Plot.plot({
      width, height: 300, marginLeft: 44, marginRight: 46, marginTop: 20, marginBottom: 34, style: chartStyle(12),
      x: {type: "utc", label: null, ticks: Math.max(2, Math.floor(width / 110))},
      y: {domain: [-1, 1], label: null, ticks: [-1, -0.5, 0, 0.5, 1], tickFormat: (y) => format(y, y % 1 ? 1 : 0)},
      marks: [
        Plot.gridY([-1, -0.5, 0.5, 1], {stroke: "var(--grid)", strokeOpacity: 1}),
        Plot.ruleY([0], {stroke: "var(--muted)"}),
        Plot.ruleY([-usualThreshold, usualThreshold], {stroke: "var(--muted)", strokeDasharray: "2,3"}),
        Plot.areaY(known.filter((row) => row.ci_low != null), {x: "date", y1: "ci_low", y2: "ci_high", fill: "currentColor", fillOpacity: 0.09, curve: "step-after"}),
        Plot.lineY(known, {x: "date", y: "corr", stroke: "var(--plain)", strokeWidth: 1.5, curve: "step-after"}),
        Plot.dot(known, {x: "date", y: "corr", r: 3.5, fill: (row) => verdictColour(row.verdict), stroke: "var(--surface)", className: "windows",
          title: (row) => `${day(row.window_end)}\ncorrelation ${correlation(row.corr)} (${verdictInterval(row.ci_low, row.ci_high, usualThreshold)})\n${row.verdict ?? row.status}, ${plural(row.n, "model")}\ncapability spreads ${format(row.capability_sd_ratio)} times as wide as over all dates`}),
        Plot.text([last], {x: "date", y: "corr", text: (row) => correlation(row.corr), dx: 10, textAnchor: "start", fontWeight: 600})
      ]
    }) : nothing(`No window has a correlation. The last: ${rows.at(-1).status}.`)
  };
}

/** Models by capabilities score with the interval by resampling benchmarks. */
export function rankingCard(data, state) {
  let all = false;
  let refresh = () => {};
  const more = element("button", {type: "button"}, "");
  const controls = element("div", {className: "find"}, more);
  more.addEventListener("click", () => {
    all = !all;
    refresh();
  });

  async function draw(width) {
    const stratum = state.get("models");
    const scores = (await data.scores()).filter((row) => row.stratum === stratum);
    const models = scores.filter((row) => row.capability != null).sort((a, b) => a.rank - b.rank || (data.models[a.model] < data.models[b.model] ? -1 : 1));
    const leader = models[0];
    const first = models.filter((row) => row.rank === 1).map((row) => isolate(plain(data.models[row.model])));
    const unsure = models.filter((row) => row.rank_low === 1 || row.rank === 1).length;
    const bounded = models.some((row) => row.rank_low != null);
    const stratumModels = data.strata[stratum].models;
    const most = 30;
    const shown = all ? models : models.slice(0, most);
    const ready = () => {
      more.textContent = all ? `Show ${most}` : `Show all ${models.length}`;
      controls.hidden = models.length <= most;
    };
    const groups = await grouping(data, stratum, models.map(({model}) => model), "stratum");
    const words = {
      title: !leader ? `No capabilities score for ${modelsOf(data.strata[stratum])}` : bounded && unsure > 1 ? `${unsure} models may be the most capable; ${list(first)} ${first.length > 1 ? "are" : "is"} first by score`
        : models.length < 2 ? `${first[0]} alone has a capabilities score`
          : bounded && leader.rank_high === 1 ? `${first[0]} is the most capable of ${models.length === stratumModels ? modelsOf(data.strata[stratum]) : `the ${models.length} models with a score`}` : `${list(first)} ${first.length > 1 ? "have" : "has"} the highest capabilities score`,
      subtitle: !leader ? "" : `Capabilities score; 0 is the average of these models. ${bounded ? "Bars: 95 % intervals by resampling the capability benchmarks. Of two models whose bars overlap the order may be open: the table has intervals of ranks." : `Nobody knows how sure the order is: ${leader.status}.`}`,
      table: {rows: scores, name: "capabilities-scores", columns: [
        {name: "rank", value: (row) => row.rank}, {name: "model", value: (row) => data.models[row.model]},
        ...(data.page.families ? [{name: "family", value: (row) => data.page.families[row.model] ?? ""}] : []),
        ...["capability", "ci_low", "ci_high", "rank_low", "rank_high", "n_observed"].map((name) => ({name, value: (row) => row[name]})),
        {name: "status", value: (row) => row.status ?? ""}]}
    };
    if (!leader) return {...words, chart: nothing(scores[0]?.status ?? "There are no models.")};
    const {short, above, height, marginLeft: room, labels} = rowsOfModels(width, shown.map((row) => data.models[row.model]), 20);
    const marginLeft = above ? room : room + 32;
    const label = (row) => String(row.model);
    const rankOf = new Map(shown.map((row) => [label(row), row.rank]));
    const colour = (row) => groupColour(groups.of(row.model));
    return {
      ...words,
      controls, ready, legend: groupLegend(groups),
      chart: Plot.plot({
        width, height: 50 + height * shown.length, marginLeft, marginRight: 50, marginTop: 8, marginBottom: 36, style: chartStyle(12),
        x: {label: "capabilities score →", labelArrow: "none", ticks: Math.max(3, Math.floor((width - marginLeft) / 80))},
        y: {domain: shown.map(label), label: null, tickSize: 0, axis: above ? null : "left", tickFormat: (at) => `${short.get(data.models[Number(at)])}  ${rankOf.get(at)}`},
        marks: [
          Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}),
          Plot.ruleX([0], {stroke: "var(--muted)"}),
          ...labels(shown, label, (row) => `${row.rank}  ${short.get(data.models[row.model])}`),
          Plot.ruleY(shown.filter((row) => row.ci_low != null), {y: label, x1: "ci_low", x2: "ci_high", stroke: colour, strokeOpacity: 0.5, strokeWidth: 4, strokeLinecap: "round", className: "intervals"}),
          Plot.dot(shown, {y: label, x: "capability", r: 4.5, fill: colour, stroke: "var(--surface)", className: "points",
            title: (row) => `${isolate(plain(data.models[row.model]))}\nrank ${row.rank}${row.rank_low == null ? `, ${row.status}` : `, ${row.rank_low} to ${row.rank_high}`}\ncapabilities score ${format(row.capability)} (${interval(row.ci_low, row.ci_high)})\n${plural(row.n_observed, "capability benchmark")}`}),
          Plot.text(shown, {y: label, text: (row) => format(row.capability), frameAnchor: "right", textAnchor: "end", dx: 46, fontVariant: "tabular-nums"})
        ]
      })
    };
  }
  return {draw, onRefresh: (callback) => { refresh = callback; }};
}
