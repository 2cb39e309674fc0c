// What the page asks the database: first where things are, then the views, and
// over the evaluation behind them what no view has.
import {ReadError} from "./error.js";
import {literal, quoted} from "./session.js";

/** The thresholds that a reader of the page may choose, where the evaluation may be read. */
export const thresholds = [0.3, 0.4, 0.5, 0.6, 0.7];

/** The threshold of the views. */
export const usualThreshold = 0.4;

/**
 * What the session is read with, whatever role and database have set: only PostgreSQL's own
 * functions and operators go without their schema here, numbers come whole and times in UTC.
 */
export const settings = [
  "search_path = pg_catalog, pg_temp", "standard_conforming_strings = on", "client_encoding = 'UTF8'",
  "extra_float_digits = 1", "timezone = 'UTC'"
];

const needed = [
  "capabilities_report", "capabilities_correlations", "capabilities_scores", "capabilities_loadings",
  "capabilities_components", "correlation_matrix", "correlation_matrix_beyond_capability",
  "capabilities_adjusted_scores"
];

/** How many models a verdict on a correlation takes, as a column; NULL where nobody may ask. */
export const modelsNeeded = (place, corr, threshold) => (place.mayCall ? `${place.functions}.models_needed(${corr}, ${threshold})` : "NULL::int");

/** Where the views, the functions and the evaluation are: what the others take as place. */
export async function findPlace(session, schema) {
  const [[database, server, time, role]] = await session.rows("connecting",
    ["current_database()", "current_setting('server_version')", "now()", "current_user"], "(VALUES (1)) AS one");
  const [[version, functions, mayCall] = []] = await session.rows("looking for the extension",
    ["extversion", "nspname", "has_schema_privilege(n.oid, 'USAGE')"], "pg_extension AS e JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'safetycorr'");
  if (!version) throw new ReadError(`database ${database}`, "safetycorr is not installed there: CREATE EXTENSION safetycorr.");
  const there = (await session.rows("looking for the views", ["relname"],
    `pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = ${literal(schema)} AND relkind IN ('r', 'p', 'v', 'm', 'f')`)).flat();
  const absent = needed.filter((view) => !there.includes(view));
  if (absent.length) {
    const elsewhere = (await session.rows("looking for the views", ["nspname"],
      "pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE relname = 'capabilities_report' AND relkind IN ('v', 'm')")).flat();
    throw new ReadError(`schema ${schema} of database ${database}`,
      `it has no view ${absent[0]}.\n${elsewhere.length ? `There are views in ${elsewhere.join(", ")}: name the schema by SCHEMA=.` : "Make the views: SELECT * FROM create_capabilities_views('SCHEMA', 'EVALUATION')."}`);
  }
  return {
    database, server, time, role, version, schema, there,
    functions: quoted(functions),
    view: (name) => `${quoted(schema)}.${quoted(name)}`,
    // who may read the views need not be allowed to call their functions
    mayCall,
    evaluation: mayCall ? await findEvaluation(session, schema) : null
  };
}

// The relation that the views read, by what PostgreSQL knows of their rules; null if the
// role may not read it (it need not where the views are materialized).
async function findEvaluation(session, schema) {
  const view = `${quoted(schema)}.capabilities_correlations`;
  const [[name] = []] = await session.rows("looking for the evaluation", ["relation::text"], `(
    WITH RECURSIVE reads AS (
      SELECT ${literal(view)}::regclass::oid AS relation
      UNION
      SELECT d.refobjid FROM reads AS r JOIN pg_rewrite AS w ON w.ev_class = r.relation
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n' AND d.refobjid <> r.relation
      WHERE r.relation = ${literal(view)}::regclass OR EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = r.relation AND n.nspname = ${literal(schema)} AND c.relname ~ '^capabilities_correlations')
    )
    SELECT relation::regclass FROM reads
    WHERE EXISTS (SELECT FROM pg_attribute AS a WHERE attrelid = relation AND attname = 'm' AND atttypid = (
      SELECT t.oid FROM pg_type AS t JOIN pg_depend AS d ON d.objid = t.oid AND d.deptype = 'e'
      JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'safetycorr' WHERE t.typname = 'score_matrix'))
    LIMIT 1) AS found`);
  if (!name) return null;
  try {
    await session.run(`relation ${name}`, `SELECT stratum FROM ${name} WHERE stratum IS NULL LIMIT 1`);
    return name;
  } catch (error) {
    if (error.state === "42501") return null;
    throw error;
  }
}

/**
 * Forgets the evaluation where materialized views show other scores than it has now, or has
 * for this role: notes and verdicts of the one must not stand beside numbers of the other.
 */
export async function forgetIfNewer(session, place) {
  if (!place.evaluation || !place.there.includes("capabilities_correlations_data")) return;
  const columns = "stratum, benchmark, n, corr, verdict, q_verdict";
  const [[same]] = await session.rows(`view ${place.schema}.capabilities_correlations beside ${place.evaluation}`, ["same"], `(
    WITH shown AS (SELECT ${columns} FROM ${place.view("capabilities_correlations")}),
      now AS (SELECT e.stratum, r.benchmark, r.n, r.corr, r.verdict, r.q_verdict FROM ${place.evaluation} AS e, ${place.functions}.capabilities_correlations(e.m) AS r WHERE e.stratum IS NOT NULL AND e.m IS NOT NULL)
    SELECT NOT EXISTS ((TABLE shown EXCEPT TABLE now) UNION ALL (TABLE now EXCEPT TABLE shown)) AS same) AS compared`);
  if (same) return;
  console.log(`The materialized views of schema ${place.schema} do not show what ${place.evaluation} has now: the page is made of them alone. To have all of it, refresh_capabilities_views().`);
  place.evaluation = null;
}

const texts = new Set(["stratum", "stratum_a", "stratum_b", "model", "benchmark", "benchmark_a", "benchmark_b", "role", "direction",
  "verdict", "note", "not_checked", "status", "window_end"]);

/** The rows of a view, columns as arrays; no rows of a view that is not there.  where: which of them. */
export async function readView(session, place, view, columns, where = "") {
  if (!place.there.includes(view)) return [];
  const what = `view ${place.schema}.${view}`;
  const rows = await session.rows(what, columns, `${place.view(view)} ${where}`);
  // a page would show what somebody else's view has there, or break
  columns.forEach((column, at) => {
    const odd = rows.find((row) => row[at] != null && (typeof row[at] === "string") !== texts.has(column));
    if (odd) throw new ReadError(what, `its column ${column} has ${JSON.stringify(odd[at])}, which is no ${texts.has(column) ? "text" : "number"}. Make the views anew: create_capabilities_views().`);
  });
  return rows;
}

/** The rows of a function over every stratum's matrix m, columns of e and r; none if it may not be read. */
export async function callOver(session, place, call, columns, suffix = "") {
  if (!place.evaluation) return [];
  return session.rows(`${call} over ${place.evaluation}`, columns,
    `${place.evaluation} AS e, ${place.functions}.${call} WITH ORDINALITY AS r WHERE e.stratum IS NOT NULL AND e.m IS NOT NULL ${suffix}`);
}

/** Marks of the matrices: [stratum, covariate] */
export const readCovariates = (session, place) =>
  callOver(session, place, "roles(e.m)", ["e.stratum", "r.benchmark"], "AND r.role = 'covariate' AND r.n_scores > 0");

/** [stratum, model, family] of the models with scores whose family is known. */
export const readFamilies = (session, place) =>
  callOver(session, place, "families(e.m)", ["e.stratum", "r.model", "r.family"], "AND r.family IS NOT NULL AND r.n_scores > 0");

/** [stratum, model, date] by the covariate "released", days since 1970. */
export const readReleases = (session, place) =>
  callOver(session, place, `cells(${place.functions}.subset(e.m, NULL, '{released}'))`, ["e.stratum", "r.model", "DATE '1970-01-01' + floor(r.score)::int"],
    "AND r.score BETWEEN 0 AND 100000");

/** The report at a threshold, in its own order, with q_verdict and how many models a verdict would take. */
export const readReport = (session, place, threshold) =>
  callOver(session, place, `capabilities_report(e.m, threshold => ${threshold})`,
    ["e.stratum", "r.benchmark", "r.ordinality", "r.verdict", "r.note", "r.not_checked"]);

export const readVerdicts = (session, place, threshold) =>
  callOver(session, place, `capabilities_correlations(e.m, threshold => ${threshold})`,
    ["e.stratum", "r.benchmark", "r.q_verdict", modelsNeeded(place, "r.corr", threshold)]);

export const readControlled = (session, place, control) =>
  callOver(session, place, `capabilities_correlations(e.m, controlling => ARRAY[${literal(control)}])`,
    ["e.stratum", "r.benchmark", "r.n", "r.corr", "r.ci_low", "r.ci_high", "r.vif", "r.status"],
    `AND EXISTS (SELECT FROM ${place.functions}.roles(e.m) AS has WHERE has.benchmark = ${literal(control)} AND has.n_scores > 0)`);

// ---------------------------------------------------------------------------
// What changed
// ---------------------------------------------------------------------------

/** The days of evaluation_history(day date, stratum text, m score_matrix), latest first; none without it. */
export async function readDays(session, place) {
  if (!place.mayCall || !place.there.includes("evaluation_history")) return [];
  const what = `table ${place.schema}.evaluation_history`;
  const history = place.view("evaluation_history");
  const types = new Map(await session.rows(what, ["attname", "typname"],
    `pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid WHERE attrelid = ${literal(history)}::regclass AND NOT attisdropped`));
  const wanted = {day: "date", stratum: "text", m: "score_matrix"};
  for (const [column, type] of Object.entries(wanted))
    if (types.get(column) !== type) throw new ReadError(what, `its column ${column} must be of the type ${type}. Give it (day date, stratum text, m score_matrix), or another name if it is something else.`);
  const [[twice] = []] = await session.rows(what, ["day"],
    `(SELECT day FROM ${history} WHERE m IS NOT NULL AND stratum IS NOT NULL GROUP BY day, stratum HAVING count(*) > 1 ORDER BY day LIMIT 1) AS twice`);
  if (twice) throw new ReadError(what, `a stratum is there twice on ${twice}: make (day, stratum) its primary key.`);
  // a browser knows these days
  return (await session.rows(what, ["day"],
    `(SELECT DISTINCT day FROM ${history} WHERE day BETWEEN '0001-01-01' AND '9999-12-31' AND m IS NOT NULL AND stratum IS NOT NULL ORDER BY day DESC LIMIT 7) AS days`)).flat();
}

/**
 * Verdicts of two days, each over all its models and over the models and benchmarks that both
 * days have: [stratum, benchmark, then n, corr and verdict of before, after, before over the
 * common ones, after over the common ones, then of the common models whether their scores on the
 * benchmark and the capability benchmarks are the same, and whether their marks are too],
 * where the verdict differs.  And of each stratum that has capability benchmarks on both
 * days: [stratum, models before, after, in both, benchmarks in both, whether the capability
 * benchmarks are the same].
 */
export async function readChanges(session, place, before, after) {
  const f = place.functions;
  const history = place.view("evaluation_history");
  const capability = (m, scored = "") => `ARRAY(SELECT benchmark FROM ${f}.roles(${m}) WHERE role = 'capability' ${scored} ORDER BY benchmark COLLATE "C")`;
  // OFFSET 0: the functions must not be called for other rows than these
  const pair = `(SELECT * FROM (SELECT b.stratum, b.m AS before, a.m AS after,
      ARRAY(SELECT unnest(${f}.models(b.m)) INTERSECT SELECT unnest(${f}.models(a.m))) AS models,
      ARRAY(SELECT unnest(${f}.benchmarks(b.m)) INTERSECT SELECT unnest(${f}.benchmarks(a.m))) AS benchmarks,
      ${capability("b.m")} AS capability_before, ${capability("a.m")} AS capability_after,
      ${capability("b.m", "AND n_scores > 0")} = ${capability("a.m", "AND n_scores > 0")} AS same_capability
    FROM ${history} AS b JOIN ${history} AS a USING (stratum)
    WHERE b.day = ${literal(before)} AND a.day = ${literal(after)} AND b.m IS NOT NULL AND a.m IS NOT NULL) AS all_pairs
    WHERE capability_before <> '{}' AND capability_after <> '{}' OFFSET 0) AS p`;
  const of = (m, name) => `LATERAL ${f}.capabilities_correlations(${m}) AS ${name}`;
  const common = (m, benchmarks = "p.benchmarks") => `${f}.subset(${m}, p.models, ${benchmarks})`;
  const ofCommon = (m, name) => `LATERAL (SELECT c.* FROM (SELECT ${common(m)} AS m WHERE p.benchmarks && p.capability_before AND p.benchmarks && p.capability_after OFFSET 0) AS s,
      ${f}.capabilities_correlations(s.m) AS c) AS ${name} USING (benchmark)`;
  const one = "ARRAY(SELECT b FROM unnest(p.benchmarks) AS b WHERE b = ANY (p.capability_before || p.capability_after || benchmark))";
  const cells = (m) => `SELECT model, benchmark, score FROM ${f}.cells(${common(m, one)})`;
  const what = `table ${place.schema}.evaluation_history, ${before} and ${after}`;
  const changed = await session.rows(what,
    ["p.stratum", "benchmark", ...["r1", "r2", "r3", "r4"].flatMap((r) => [`${r}.n`, `${r}.corr`, `${r}.verdict`]),
      `NOT EXISTS ((${cells("p.before")} EXCEPT ${cells("p.after")}) UNION ALL (${cells("p.after")} EXCEPT ${cells("p.before")}))`,
      `${common("p.before", one)} OPERATOR(${f}.=) ${common("p.after", one)}`],
    `${pair} CROSS JOIN ${of("p.before", "r1")} JOIN ${of("p.after", "r2")} USING (benchmark)
      LEFT JOIN ${ofCommon("p.before", "r3")} LEFT JOIN ${ofCommon("p.after", "r4")}
      WHERE r1.verdict IS DISTINCT FROM r2.verdict`);
  const counts = await session.rows(what,
    ["p.stratum", `cardinality(${f}.models(p.before))`, `cardinality(${f}.models(p.after))`, "cardinality(p.models)", "cardinality(p.benchmarks)",
      "same_capability"], pair);
  return {changed, counts};
}
