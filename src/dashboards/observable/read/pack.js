// Tables as the page takes them: by columns, numbers with the digits that a
// screen can show, texts that repeat written once.
import {mkdir, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";

/** As many digits as correlations, scores and p-values are ever shown with. */
const round = (value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value);

/** names: of the columns of rows, arrays of values.  What decode() of components/data.js takes. */
export function pack(names, rows) {
  const columns = {};
  const words = {};
  names.forEach((name, at) => {
    const values = rows.map((row) => round(row[at]));
    if (values.some((value) => typeof value === "string")) {
      const distinct = new Map();
      for (const value of values) if (value != null && !distinct.has(value)) distinct.set(value, distinct.size);
      if (2 * distinct.size < values.length) {
        words[name] = [...distinct.keys()];
        columns[name] = values.map((value) => (value == null ? null : distinct.get(value)));
        return;
      }
    }
    columns[name] = values.every((value) => value == null) ? null : values;
  });
  return {rows: rows.length, columns, ...(Object.keys(words).length ? {words} : {})};
}

/** Writes values as JSON into a folder that is made on the way. */
export async function writeJson(folder, name, value) {
  const path = join(folder, name);
  await mkdir(dirname(path), {recursive: true});
  await writeFile(path, JSON.stringify(value));
}

/** The rows by the value at one place of them: Map, in the order of their appearance. */
export function groupBy(rows, at) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(row[at]);
    if (group) group.push(row);
    else groups.set(row[at], [row]);
  }
  return groups;
}
