// The numbers behind a chart, to read and to copy.
import {format, pValue} from "./verdicts.js";

/** columns: [[heading, row => text or number, digits or formatter]] */
export function table(rows, columns) {
  const element = document.createElement("table");
  element.className = "numbers";
  const head = element.createTHead().insertRow();
  for (const [heading] of columns) head.appendChild(document.createElement("th")).textContent = heading;
  const body = element.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const [, value, digits] of columns) {
      const cell = line.insertCell();
      const given = value(row);
      const number = typeof given === "number" || given == null;
      if (number) cell.className = "number";
      cell.textContent = typeof digits === "function" ? digits(given) : number ? format(given, digits ?? 2) : given;
    }
  }
  return element;
}

export const correlationColumns = [
  ["models", (row) => row.stratum],
  ["benchmark", (row) => row.benchmark],
  ["direction", (row) => row.direction ?? ""],
  ["n", (row) => row.n, 0],
  ["left out", (row) => row.n_dropped, 0],
  ["corr", (row) => row.corr],
  ["low", (row) => row.ci_low],
  ["high", (row) => row.ci_high],
  ["p", (row) => row.p_value, pValue],
  ["q", (row) => row.q_value, pValue],
  ["slope", (row) => row.slope, 3],
  ["SD", (row) => row.benchmark_sd, 3],
  ["reliability", (row) => row.reliability],
  ["verdict", (row) => row.verdict ?? ""],
  ["q of verdict", (row) => row.q_verdict, pValue],
  ["status", (row) => row.status]
];
