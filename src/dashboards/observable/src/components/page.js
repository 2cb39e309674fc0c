// The page: what is chosen, the facts, the lists and the cards, in the order in
// which a reader asks.
import {card} from "./card.js";
import {changesSection} from "./changes.js";
import {drawLoadings, drawScree, heatmapCard} from "./component.js";
import {correlationsCard, drawWays, oppositeSigns} from "./correlations.js";
import {Data} from "./data.js";
import {drawAdjusted, drawOverTime, rankingCard, scatterCard} from "./models.js";
import {plain} from "./names.js";
import {finding, kindOf, lists, strip} from "./overview.js";
import {State} from "./state.js";
import {again, element, everything, isolate, modelsOf, moment, plural} from "./words.js";

/** The benchmark that a reader sees first: the one with the most to say. */
function firstBenchmark(data, stratum) {
  const rows = data.report.filter((row) => row.stratum === stratum && row.role === "target" && row.corr != null);
  const opposite = oppositeSigns(data, data.report);
  const rank = (row) => (data.signChanges.has(row.benchmark) ? 0 : kindOf(row) === "quotable" ? 1 : opposite.has(row.benchmark) ? 2 : 3);
  return [...rows].sort((a, b) => rank(a) - rank(b) || (a.order ?? 0) - (b.order ?? 0))[0]?.benchmark ?? 0;
}

function choice(text, options, onChange) {
  const select = element("select", {}, options.map(({value, label}) => element("option", {value: String(value)}, label)));
  select.addEventListener("change", () => onChange(Number(select.value)));
  return {select, control: element("label", {className: "control"}, element("span", {}, text), select)};
}

export function drawPage(root, page) {
  const data = new Data(page);
  const usual = data.strata.find(({name}) => name === everything)?.at ?? 0;
  const byName = (names) => (text) => { const at = names.indexOf(text); return at < 0 ? undefined : at; };
  const strataNames = data.strata.map(({name}) => name);
  const state = new State({
    models: {value: usual, ok: byName(strataNames), text: (at) => strataNames[at]},
    benchmark: {value: firstBenchmark(data, usual), ok: byName(data.benchmarks), text: (at) => data.benchmarks[at]},
    threshold: {value: 0.4, ok: (text) => (page.thresholds.includes(Number(text)) ? Number(text) : undefined), text: String}
  });
  if (!data.strata.length) {
    root.replaceChildren(element("h1", {}, "No scores yet"), element("p", {className: "lead"},
      `The evaluation behind schema ${page.source.schema} of database ${page.source.database} had no scores that the role of this page may see, ${moment(page.made)}. Add scores, or grant that role SELECT on what the evaluation reads; then build the page again.`));
    return;
  }

  const source = `Source: database ${page.source.database}, schema ${page.source.schema}, read ${moment(page.made)}; safetycorr ${page.source.safetycorr}, method of Ren et al. 2024.`;
  const sorted = data.benchmarks.map((name, at) => ({value: at, label: plain(name)})).filter(({value}) => data.report.some((row) => row.benchmark === value)).sort((a, b) => (a.label < b.label ? -1 : 1));
  const strataChoice = choice("Models", data.ordered.map((stratum) => ({value: stratum.at, label: `${stratum.name === everything ? "all models" : plain(stratum.name)} (${stratum.models})`})), (models) => state.set({models}));
  const thresholdChoice = choice("Threshold", page.thresholds.map((value) => ({value, label: String(value)})), (threshold) => state.set({threshold}));
  const benchmarkChoice = choice("Benchmark", sorted, (benchmark) => state.set({benchmark}));
  thresholdChoice.control.hidden = page.thresholds.length < 2;

  const choose = (benchmark) => {
    if (benchmark == null) return;
    state.set({benchmark});
    document.getElementById("one").scrollIntoView({behavior: "auto", block: "start"});
    document.getElementById("one").focus({preventScroll: true});
  };

  const make = (id, draw, watches, more = {}) => {
    const made = card({id, state, watches, source, draw: (width) => (draw.draw ? draw.draw(width) : draw(data, state, width)), ...more});
    draw.onRefresh?.(() => made.refresh());
    return made;
  };
  const head = element("h1");
  const lead = element("p", {className: "lead"});
  const facts = element("div");
  const three = element("div", {id: "lists"});
  const changes = element("div");
  const one = element("h2", {id: "one", tabIndex: -1});
  const made = {
    correlations: make("correlations", correlationsCard(data, state, choose), ["models", "threshold"], {height: 500, ahead: 4000}),
    scatter: make("scatter", scatterCard(data, state), ["models", "benchmark", "threshold"], {height: 480}),
    ways: make("ways", drawWays, ["models", "benchmark", "threshold"]),
    adjusted: make("adjusted", drawAdjusted, ["models", "benchmark"], {height: 440}),
    time: make("over-time", drawOverTime, ["models", "benchmark"]),
    scree: make("scree", drawScree, ["models"]),
    loadings: make("loadings", drawLoadings, ["models"]),
    heatmap: make("heatmap", heatmapCard(data, state), ["models"], {height: 500}),
    ranking: make("models", rankingCard(data, state), ["models"], {height: 500})
  };
  root.replaceChildren(
    element("header", {}, element("p", {className: "kicker"}, "Safety benchmarks and capability"), head, lead),
    element("div", {className: "controls"}, strataChoice.control, benchmarkChoice.control, thresholdChoice.control),
    facts, element("h2", {}, "What may be said"), three, changes,
    element("h2", {}, "Every benchmark"), made.correlations,
    one, element("div", {className: "two"}, made.scatter, element("div", {}, made.ways, made.time)), made.adjusted,
    element("h2", {}, "Capability itself"), element("div", {className: "even"}, made.scree, made.loadings), made.heatmap, made.ranking,
    element("footer", {},
      element("p", {}, "A correlation is no verdict on validity: more capable models may really be safer. It describes these models and this component. ",
        page.families || data.report.some((row) => row.n_families != null) ? "Models of one family are taken together where families are known." : "Families are not known: intervals and verdicts take models as independent, and models of one family are not."),
      element("p", {}, "Method: Ren et al. 2024, ", element("a", {href: "https://arxiv.org/abs/2407.21792"}, "Safetywashing: Do AI Safety Benchmarks Actually Measure Safety Progress?"), ". ", source)));

  let turn = 0;
  async function refresh() {
    const mine = ++turn;
    const stratum = data.strata[state.get("models")];
    const threshold = state.get("threshold");
    strataChoice.select.value = String(stratum.at);
    benchmarkChoice.select.value = String(state.get("benchmark"));
    thresholdChoice.select.value = String(threshold);
    one.replaceChildren(isolate(plain(data.benchmarks[state.get("benchmark")] ?? "One benchmark")));
    let rows;
    try {
      rows = await data.reportAt(threshold, stratum.at);
    } catch (error) {
      if (mine !== turn) return;
      // what stands there would be of another choice
      console.error(error);
      head.textContent = document.title = "This could not be read";
      lead.replaceChildren(again(error, refresh));
      for (const each of [facts, three, changes]) each.replaceChildren();
      return;
    }
    if (mine !== turn) return;
    head.textContent = finding(rows);
    lead.textContent = `${plural(stratum.models, "model")}${stratum.name === everything ? "" : ` of the stratum ${isolate(plain(stratum.name))}`}. Capability is one number for each model: its score on the first principal component of the capability benchmarks. A benchmark that orders models as this number does may be capability under another name. The verdict is by the interval of the rank correlation, at the threshold ${threshold}.`;
    facts.replaceChildren(strip(data, stratum, rows));
    three.replaceChildren(lists(data, rows, threshold, choose));
    changes.replaceChildren(...[changesSection(data, stratum)].filter(Boolean));
    document.title = `${head.textContent} · ${modelsOf(stratum)}`;
  }
  state.addEventListener("change", refresh);
  return refresh();
}
