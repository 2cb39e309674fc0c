// What read.js wrote, as rows.  page.json comes with the page; the rest is
// fetched when it is looked at, once.
import {tellApart} from "./names.js";

/** Rows of a table that pack() of read/pack.js made. */
export function decode({rows, columns, words = {}}) {
  const names = Object.keys(columns);
  return Array.from({length: rows}, (_, at) => {
    const row = {};
    for (const name of names) {
      const value = columns[name] == null ? null : columns[name][at];
      row[name] = words[name] && value != null ? words[name][value] : value;
    }
    return row;
  });
}

export class Data {
  constructor(page) {
    this.page = page;
    this.strata = page.strata.map((stratum, at) => ({...stratum, at}));
    /** All models first, then by name. */
    this.ordered = [...this.strata].sort((a, b) => (b.name === "(all)") - (a.name === "(all)") || (a.name < b.name ? -1 : 1));
    this.benchmarks = page.benchmarks;
    this.models = page.models;
    this.report = decode(page.report);
    /** Benchmarks of which two strata differ in sign, beyond chance. */
    this.signChanges = new Set(page.sign_changes);
    this.changes = page.changes.map((change) => ({...change, counts: decode(change.counts), changed: decode(change.changed)}));
    this.capability = new Set(this.strata.flatMap((stratum) => stratum.capability));
    this.files = new Map();
    for (const names of [this.benchmarks, this.models, this.strata.map(({name}) => name), (page.families ?? []).filter((name) => name != null)]) tellApart(names);
  }

  /** A file of src/data beside the page; the moment of reading keeps browsers from showing an older one. */
  fetch(name) {
    if (!this.files.has(name)) {
      this.files.set(name, fetch(new URL(`data/${name}?${encodeURIComponent(this.page.made)}`, document.baseURI)).catch(() => {
        throw new Error(`${name} cannot be fetched: is the server of this page still there?`);
      }).then((answer) => {
        if (!answer.ok) throw new Error(`${name} is not there (${answer.status}): build the page again`);
        return answer.json();
      }).catch((error) => {
        this.files.delete(name);
        throw error;
      }));
    }
    return this.files.get(name);
  }

  /** The rows of the report of a stratum at a threshold, in the order of the report. */
  async reportAt(threshold, stratum) {
    const rows = this.report.filter((row) => row.stratum === stratum);
    if (threshold === 0.4) return rows;
    const file = decode(await this.fetch(`threshold-${threshold}.json`));
    const at = new Map(file.filter((row) => row.stratum === stratum).map((row) => [row.benchmark, row]));
    return rows.map((row) => ({...row, ...at.get(row.benchmark)}));
  }

  /** The same of every stratum. */
  async allAt(threshold) {
    return (await Promise.all(this.strata.map(({at}) => this.reportAt(threshold, at)))).flat();
  }

  async scores() {
    return decode(await this.fetch("scores.json"));
  }

  /** The strata other than all models that a model is of: Map of their numbers, by model. */
  async strataOfModel() {
    const all = new Set(this.strata.filter(({name}) => name === "(all)").map(({at}) => at));
    const of = new Map();
    for (const row of await this.scores()) if (!all.has(row.stratum)) of.set(row.model, [...(of.get(row.model) ?? []), row.stratum]);
    return of;
  }

  async component() {
    const {loadings, components} = await this.fetch("component.json");
    return {loadings: decode(loadings), components: decode(components)};
  }

  async matrix(stratum, beyond) {
    return decode(await this.fetch(`${beyond ? "beyond" : "matrix"}-${stratum}.json`));
  }

  async benchmark(benchmark) {
    const {models, over_time, differences, given} = await this.fetch(`benchmarks/${benchmark}.json`);
    return {models: decode(models), overTime: decode(over_time), differences: decode(differences), given: given.map(({control, rows}) => ({control, rows: decode(rows)}))};
  }
}
