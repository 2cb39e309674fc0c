// One of the views that create_capabilities_views() made, as JSON.
//
// The connection is that of libpq's environment variables (PGHOST, PGUSER,
// PGDATABASE, ...) or of DATABASE_URL.  The schema of the views is on the
// role's search_path.
import {parseArgs} from "node:util";
import pg from "pg";

const views = [
  "capabilities_correlations",
  "capabilities_scores",
  "capabilities_loadings",
  "capabilities_components",
  "correlation_matrix",
  "capabilities_scatter",
  "capabilities_adjusted_scores"
];

const {values: {view}} = parseArgs({options: {view: {type: "string"}}});
if (!views.includes(view)) throw new Error(`no view of the page: ${view}`);

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
try {
  const {rows} = await client.query(`SELECT * FROM ${view}`);
  process.stdout.write(JSON.stringify(rows));
} finally {
  await client.end();
}
