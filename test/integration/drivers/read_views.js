// Reads views through node-postgres as a dashboard's server does, and prints what
// it saw as JSON.
//
//     node read_views.js SCHEMA...      with pg in NODE_PATH, the server in PG*
//
// By schema: what information_schema lists; of each its fields, by the names of
// their types, and its rows, each value as its kind and text, or null.
const pg = require("pg");

const typeName = new Map(Object.entries(pg.types.builtins).map(([name, oid]) => [oid, name]));

// A date arrives as midnight in the zone of the process, an instant as such.
function text(value, type) {
  if (!(value instanceof Date)) return String(value);
  if (type !== "DATE") return value.toISOString();
  const part = (n, digits) => String(n).padStart(digits, "0");
  return `${part(value.getFullYear(), 4)}-${part(value.getMonth() + 1, 2)}-${part(value.getDate(), 2)}`;
}

async function read(client, schema, view) {
  const result = await client.query({
    text: `SELECT * FROM ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(view)}`,
    rowMode: "array",
  });
  const types = result.fields.map((field) => typeName.get(field.dataTypeID));
  const kind = (value) => (value instanceof Date ? "Date" : typeof value);
  return {
    columns: result.fields.map((field, i) => [field.name, types[i]]),
    rows: result.rows.map((row) =>
      row.map((value, i) => (value === null ? null : [kind(value), text(value, types[i])]))),
    // what an API of JSON would hand on
    json: JSON.stringify(result.rows),
  };
}

async function main(schemas) {
  const client = new pg.Client();
  const seen = {};
  await client.connect();
  for (const schema of schemas) {
    const views = await client.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1", [schema]);
    seen[schema] = {};
    for (const { table_name: view } of views.rows) seen[schema][view] = await read(client, schema, view);
  }
  await client.end();
  console.log(JSON.stringify(seen));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
