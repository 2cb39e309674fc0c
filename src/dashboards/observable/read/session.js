// One session of psql: what libpq knows of connections (services, passwords,
// certificates) holds here without a word about it.
//
// Each query is followed by one that says how it went, so that an error has its
// statement's name.
import {spawn} from "node:child_process";
import {randomUUID} from "node:crypto";

/** What a person can do about it, by SQLSTATE. */
const waysOut = {
  57014: "Raise the role's statement_timeout, or let the database compute beforehand: create_capabilities_views(…, materialized => true), and refresh_capabilities_views() after each load.",
  42501: "Grant the role USAGE on the schema and SELECT on its views, on the evaluation and on what that reads.",
  53200: "Give the server more memory or the views fewer models and benchmarks.",
  40001: "Build again: on a standby, what the page was reading was vacuumed away.",
  "42P01": "Make the views anew: create_capabilities_views().",
  42703: "Make the views anew: those that are there are of another version of safetycorr."
};

/** A password of a connection string apart from the rest: lists of processes show the rest. */
export function withoutPassword(conninfo) {
  const uri = conninfo.match(/^(postgres(?:ql)?:\/\/[^:@/]*):([^@/]*)@(.*)$/s);
  if (uri) return {rest: `${uri[1]}@${uri[3]}`, password: decodeURIComponent(uri[2])};
  const pair = conninfo.match(/(^|\s)password\s*=\s*('((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)+))/s);
  if (!pair) return {rest: conninfo, password: null};
  return {
    rest: (conninfo.slice(0, pair.index) + " " + conninfo.slice(pair.index + pair[0].length)).trim(),
    password: (pair[3] ?? pair[4]).replace(/\\(.)/gs, "$1")
  };
}

/** An error that says which statement failed, why, and what to do. */
export class ReadError extends Error {
  constructor(what, message, state, details = "") {
    const way = waysOut[state];
    super(`${what}: ${message}${details ? `\n${details}` : ""}${way ? `\n${way}` : ""}`);
    this.state = state;
  }
}

export class Session {
  /** conninfo: as psql -d takes it; empty: the PG variables of the environment. */
  constructor(conninfo = "") {
    const {rest, password} = withoutPassword(conninfo);
    this.process = spawn("psql", ["-X", "-A", "-t", "-q", "-w", ...(rest ? ["-d", rest] : [])], {
      env: {...process.env, PGCLIENTENCODING: "UTF8", PGAPPNAME: "safetycorr page", ...(password == null ? {} : {PGPASSWORD: password})},
      stdio: ["pipe", "pipe", "pipe"]
    });
    this.marker = `end of ${randomUUID()}`;
    this.read = "";
    this.complaints = "";
    this.ended = null;
    this.process.stdout.setEncoding("utf8").on("data", (text) => {
      this.chunks.push(text);
      if (text.includes("\n")) this.wake();
    });
    this.process.stderr.setEncoding("utf8").on("data", (text) => { this.complaints += text; });
    this.process.stdin.on("error", () => {});
    this.process.on("error", (error) => {
      this.ended = error.code === "ENOENT" ? "psql is not installed (Debian: postgresql-client)" : error.message;
      this.wake();
    });
    this.process.on("close", () => {
      this.ended ??= this.complaints.trim() || "psql ended";
      this.wake();
    });
    this.chunks = [];
    this.wake = () => {};
  }

  /** What psql prints up to the marker, and what it says of the statement. */
  async answer() {
    for (;;) {
      if (this.chunks.length) {
        // the marker's line is short, but it may come in two pieces
        const tail = this.chunks.slice(-3).join("");
        const at = tail.lastIndexOf(this.marker);
        if (at >= 0 && tail.indexOf("\n", at) >= 0) {
          const all = this.chunks.join("");
          this.chunks = [];
          const cut = all.lastIndexOf(this.marker);
          return [all.slice(0, cut), JSON.parse(all.slice(cut + this.marker.length))];
        }
      }
      if (this.ended != null) return null;
      await new Promise((resolve) => { this.wake = resolve; });
    }
  }

  /** Runs a statement; what: its name in an error. */
  async run(what, sql) {
    this.complaints = "";
    this.process.stdin.write(`${sql}\n;\nSELECT '${this.marker}' || json_build_object('state', :'SQLSTATE', 'message', :'LAST_ERROR_MESSAGE') \\g\n`);
    const answer = await this.answer();
    if (!answer) throw new ReadError(what, this.ended);
    const [text, {state, message}] = answer;
    if (state !== "00000") {
      const details = this.complaints.split("\n").filter((line) => /^(DETAIL|HINT): /.test(line)).join("\n");
      throw new ReadError(what, message, state, details);
    }
    return text;
  }

  /** The rows of a query as arrays, one value for each of the columns that are named. */
  async rows(what, columns, from) {
    const text = await this.run(what, `SELECT coalesce(json_agg(json_build_array(${columns.join(", ")})), '[]') FROM ${from}`);
    return JSON.parse(text);
  }

  close() {
    this.process.stdin.end();
  }
}

export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

export const literal = (text) => `'${text.replaceAll("'", "''")}'`;
