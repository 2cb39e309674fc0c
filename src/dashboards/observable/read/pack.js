// Tables as the page takes them: by columns, numbers with the digits that a
// screen can show, texts that repeat written once.
import {mkdir, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";

/**
 * As many digits as correlations, scores and p-values are ever shown with, and more where the
 * values of a column differ by little, or where so few would be rounded otherwise on the screen.
 */
function rounding(values) {
  const numbers = values.filter((value) => typeof value === "number");
  const [least, most] = numbers.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const size = Math.max(Math.abs(least), Math.abs(most));
  const digits = most > least ? Math.min(17, 6 + Math.max(0, Math.floor(Math.log10(size / (most - least))))) : 6;
  return (value) => {
    if (typeof value !== "number" || Number.isInteger(value)) return value;
    const rounded = Number(value.toPrecision(digits));
    return [2, 3].every((places) => rounded.toFixed(places) === value.toFixed(places)) ? rounded : value;
  };
}

/** names: of the columns of rows, arrays of values.  What decode() of components/data.js takes. */
export function pack(names, rows) {
  const columns = {};
  const words = {};
  names.forEach((name, at) => {
    const given = rows.map((row) => row[at]);
    // a score stays what it is
    const values = name === "score" ? given : given.map(rounding(given));
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
