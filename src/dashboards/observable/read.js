// node read.js
//
// Reads what the page shows, all of it at one moment, and writes src/data anew.
// "npm run build" calls it first, so that a page never shows older scores than
// the database has.
//
// SAFETYCORR_DB is a connection string or the name of a database, by default
// what libpq's variables say (PGHOST, PGDATABASE, PGUSER, PGSERVICE, ...).
// SAFETYCORR_SCHEMA is the schema of the views, by default "dashboard".
import {readdir, rm} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import * as database from "./read/database.js";
import {ReadError} from "./read/error.js";
import {groupBy, pack, writeJson} from "./read/pack.js";
import {Session} from "./read/session.js";

const folder = join(dirname(fileURLToPath(import.meta.url)), "src", "data");

/** Numbers for names, in the order in which they come. */
class Names {
  constructor() { this.at = new Map(); }
  number(name) {
    if (name == null) return null;
    if (!this.at.has(name)) this.at.set(name, this.at.size);
    return this.at.get(name);
  }
  get list() { return [...this.at.keys()]; }
}

const correlationColumns = [
  "n", "n_dropped", "n_imputed", "n_families", "n_without_family", "n_capabilities", "score_reliability",
  "corr", "ci_low", "ci_high", "p_value", "q_value", "slope", "benchmark_sd", "reliability", "verdict", "q_verdict", "status"
];

async function read(session, schema) {
  await session.run("beginning", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  // a role that may not read something must still be able to read the rest
  await session.run("beginning", "\\set ON_ERROR_ROLLBACK on");
  for (const setting of database.settings) await session.run("beginning", `SET LOCAL ${setting}`);
  const place = await database.findPlace(session, schema);
  await database.forgetIfNewer(session, place);
  const view = (...what) => database.readView(session, place, ...what);

  const models = new Names();
  const benchmarks = new Names();
  const strata = new Names();
  const numbered = (rows, ...names) => rows.map((row) => row.map((value, at) => (names[at] ? names[at].number(value) : value)));
  const files = new Map();

  // models and strata first: the page counts them
  const scores = numbered(await view("capabilities_scores",
    ["stratum", "model", "capability", "rank", "n_observed", "imputed", "ci_low", "ci_high", "rank_low", "rank_high", "status"]), strata, models);
  files.set("scores.json", pack(["stratum", "model", "capability", "rank", "n_observed", "imputed", "ci_low", "ci_high", "rank_low", "rank_high", "status"], scores));

  const correlations = numbered(await view("capabilities_correlations",
    ["stratum", "benchmark", "role", "direction", database.modelsNeeded(place, "corr", database.usualThreshold), ...correlationColumns]), strata, benchmarks);
  const loadings = numbered(await view("capabilities_loadings",
    ["stratum", "benchmark", "component", "weight", "loading", "ci_low", "ci_high", "n", "status"]), strata, benchmarks);
  const components = numbered(await view("capabilities_components",
    ["stratum", "component", "eigenvalue", "explained", "ci_low", "ci_high", "parallel_threshold", "n", "n_imputed", "status"]), strata);

  // the order of the report is that of its function; the view has none
  const said = place.evaluation
    ? await database.readReport(session, place, database.usualThreshold)
    : (await view("capabilities_report", ["stratum", "benchmark", "verdict", "note", "not_checked"])).map(([s, b, ...rest], at) => [s, b, at, ...rest]);
  const notes = new Map(said.map(([stratum, benchmark, order, , note, notChecked]) => [JSON.stringify([strata.number(stratum), benchmarks.number(benchmark)]), [order, note, notChecked]]));

  const controls = [];
  const covariates = await database.readCovariates(session, place);
  for (const control of [...new Set(covariates.map((row) => row[1]))].filter((name) => name !== "released").slice(0, 3))
    controls.push({name: control, rows: numbered(await database.readControlled(session, place, control), strata, benchmarks)});

  const report = pack(["stratum", "benchmark", "role", "direction", "models_needed", ...correlationColumns, "order", "note", "not_checked"],
    correlations.map((row) => [...row, ...(notes.get(JSON.stringify(row.slice(0, 2))) ?? [null, null, null])]));
  const differenceColumns = ["stratum_a", "stratum_b", "corr_a", "corr_b", "difference", "ci_low", "ci_high", "p_value", "q_value", "sign_changes", "status"];
  const differences = numbered(await view("capabilities_strata_differences", ["benchmark", ...differenceColumns]), benchmarks, strata, strata);
  const differencesOf = groupBy(differences, 0);
  // all models are no stratum beside the others: they are in both
  const whole = strata.at.get("(all)");
  const signChanges = new Set(differences.filter((row) => row[1 + differenceColumns.indexOf("sign_changes")] && row[1] !== whole && row[2] !== whole).map((row) => row[0]));

  const chosen = [];
  for (const threshold of place.evaluation ? database.thresholds : [database.usualThreshold]) {
    chosen.push(threshold);
    if (threshold === database.usualThreshold) continue;
    const counted = new Map((await database.readVerdicts(session, place, threshold)).map(([s, b, ...rest]) => [JSON.stringify([s, b]), rest]));
    const rows = (await database.readReport(session, place, threshold)).map(([s, b, ...rest]) => [s, b, ...rest, ...(counted.get(JSON.stringify([s, b])) ?? [null, null])]);
    files.set(`threshold-${threshold}.json`, pack(["stratum", "benchmark", "order", "verdict", "note", "not_checked", "q_verdict", "models_needed"], numbered(rows, strata, benchmarks)));
  }

  files.set("component.json", {
    loadings: pack(["stratum", "benchmark", "component", "weight", "loading", "ci_low", "ci_high", "n", "status"], loadings),
    components: pack(["stratum", "component", "eigenvalue", "explained", "ci_low", "ci_high", "parallel_threshold", "n", "n_imputed", "status"], components)
  });

  // the square is symmetric: half of it, by stratum
  for (const [name, file] of [["correlation_matrix", "matrix"], ["correlation_matrix_beyond_capability", "beyond"]]) {
    const rows = numbered(await view(name, ["stratum", "benchmark_a", "benchmark_b", "corr", "n", "status"],
      'WHERE benchmark_a COLLATE "C" < benchmark_b COLLATE "C"'), strata, benchmarks, benchmarks);
    for (const [stratum, part] of groupBy(rows, 0))
      files.set(`${file}-${stratum}.json`, pack(["a", "b", "corr", "n", "status"], part.map((row) => row.slice(1))));
  }

  // one file for each benchmark: it is read when it is looked at
  const adjusted = numbered(await view("capabilities_adjusted_scores",
    ["benchmark", "stratum", "model", "capability", "score", "expected", "pi_low", "pi_high", "studentised", "p_value", "q_value", "rank", "status"]), benchmarks, strata, models);
  const overTime = numbered(await view("capabilities_over_time",
    ["benchmark", "stratum", "window_end", "n", "corr", "ci_low", "ci_high", "verdict", "capability_sd_ratio", "status"]), benchmarks, strata);
  const adjustedOf = groupBy(adjusted, 0);
  const overTimeOf = groupBy(overTime, 0);
  for (const benchmark of new Set(correlations.map((row) => row[1]))) {
    files.set(`benchmarks/${benchmark}.json`, {
      models: pack(["stratum", "model", "capability", "score", "expected", "pi_low", "pi_high", "studentised", "p_value", "q_value", "rank", "status"],
        (adjustedOf.get(benchmark) ?? []).map((row) => row.slice(1))),
      over_time: pack(["stratum", "window_end", "n", "corr", "ci_low", "ci_high", "verdict", "capability_sd_ratio", "status"],
        (overTimeOf.get(benchmark) ?? []).map((row) => row.slice(1))),
      differences: pack(differenceColumns, (differencesOf.get(benchmark) ?? []).map((row) => row.slice(1))),
      given: controls.map(({name, rows}) => ({
        control: name,
        rows: pack(["stratum", "n", "corr", "ci_low", "ci_high", "vif", "status"],
          rows.filter((row) => row[1] === benchmark).map(([stratum, , ...rest]) => [stratum, ...rest]))
      }))
    });
  }

  const days = await database.readDays(session, place);
  const changes = [];
  for (const before of days.slice(1)) {
    const {changed, counts} = await database.readChanges(session, place, before, days[0]);
    const columns = ["stratum", "benchmark", ...["before", "after", "before_common", "after_common"].flatMap((of) => [`n_${of}`, `corr_${of}`, `verdict_${of}`]), "same_scores", "same"];
    changes.push({
      before, after: days[0],
      counts: pack(["stratum", "models_before", "models_after", "models_common", "benchmarks_common", "same_capability"], numbered(counts, strata)),
      changed: pack(columns, numbered(changed, strata, benchmarks))
    });
  }

  const families = await database.readFamilies(session, place);
  const releases = await database.readReleases(session, place);
  const known = (rows) => {
    const of = new Map(rows.map(([, model, value]) => [model, value]));
    return of.size ? models.list.map((model) => of.get(model) ?? null) : null;
  };
  const rowsOf = (rows, stratum) => rows.filter((row) => row[0] === stratum);
  files.set("page.json", {
    made: place.time,
    source: {database: place.database, schema, evaluation: place.evaluation, safetycorr: place.version, postgresql: place.server.replace(/ .*/, "")},
    thresholds: chosen,
    models: models.list,
    benchmarks: benchmarks.list,
    families: known(families),
    released: known(releases),
    strata: strata.list.map((name, stratum) => {
      const first = rowsOf(components, stratum).find((row) => row[1] === 1) ?? [];
      const dates = releases.filter((row) => row[0] === name).map((row) => row[2]).sort();
      const judged = rowsOf(correlations, stratum).filter((row) => row[2] === "target");
      const at = (column) => 5 + correlationColumns.indexOf(column);
      return {
        name,
        models: rowsOf(scores, stratum).length,
        scored: rowsOf(scores, stratum).filter((row) => row[2] != null).length,
        capability: rowsOf(loadings, stratum).map((row) => row[1]),
        families: new Set(families.filter((row) => row[0] === name).map((row) => row[2])).size,
        released: [dates[0] ?? null, dates.at(-1) ?? null],
        covariates: covariates.filter((row) => row[0] === name).map((row) => row[1]),
        eigenvalue: first[2] ?? null, explained: first[3] ?? null, chance: first[6] ?? null,
        n: first[7] ?? null, n_imputed: first[8] ?? null, status: first[9] ?? null,
        above_chance: rowsOf(components, stratum).filter((row) => row[2] != null && row[6] != null && row[2] > row[6]).length,
        // of the whole component, not of what a target with overlaps is held against
        reliability: judged.filter((row) => row[at("n_capabilities")] === rowsOf(loadings, stratum).length).map((row) => row[at("score_reliability")]).find((value) => value != null) ?? null
      };
    }),
    report, changes,
    sign_changes: [...signChanges]
  });
  await session.run("ending", "COMMIT");
  return files;
}

let session;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => {
    session?.close();
    process.exit(1);
  });
try {
  session = new Session(process.env.SAFETYCORR_DB ?? "");
  const files = await read(session, process.env.SAFETYCORR_SCHEMA || "dashboard");
  await rm(folder, {recursive: true, force: true});
  for (const [name, value] of files) await writeJson(folder, name, value);
  console.log(`read ${(await readdir(folder, {recursive: true})).length} files of data`);
} catch (error) {
  if (!(error instanceof ReadError)) throw error;
  // names may hold what a terminal obeys
  console.error(`safetycorr page: ${error.message.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "�")}`);
  process.exitCode = 1;
} finally {
  session?.close();
}
