// One session of psql: what libpq knows of connections (services, passwords,
// certificates) holds here without a word about it.
//
// After each statement psql itself says how it went: the server could not where
// the transaction is aborted or time is up.
import {spawn} from "node:child_process";
import {randomUUID} from "node:crypto";
import {withoutPassword} from "./connection.js";
import {ReadError} from "./error.js";

export class Session {
  /** conninfo: as psql -d takes it; empty: the PG variables of the environment. */
  constructor(conninfo = "") {
    const {rest, password} = withoutPassword(conninfo);
    this.process = spawn("psql", ["-X", "-A", "-t", "-q", "-w", ...(rest ? ["-d", rest] : [])], {
      env: {...process.env, PGCLIENTENCODING: "UTF8", PGAPPNAME: "safetycorr page", ...(password == null ? {} : {PGPASSWORD: password})},
      stdio: ["pipe", "pipe", "pipe"],
      detached: true // what ends a group of processes must not end it before it has cancelled its query
    });
    this.marker = `end of ${randomUUID()}`;
    this.complaints = "";
    this.ended = null;
    this.process.stdout.on("data", (bytes) => {
      this.chunks.push(bytes);
      if (bytes.includes("\n")) this.wake();
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

  /** The bytes that psql prints for a statement, and what it says of it: [bytes, state, message]. */
  async answer() {
    for (;;) {
      if (this.chunks.length) {
        // the last line is short, but it may come in pieces
        const last = `\n${this.marker}.\n`;
        let tail = this.chunks.at(-1);
        for (let at = this.chunks.length - 2; at >= 0 && tail.length < last.length; at--) tail = Buffer.concat([this.chunks[at], tail]);
        if (tail.subarray(-last.length).equals(Buffer.from(last))) {
          const all = Buffer.concat(this.chunks);
          this.chunks = [];
          const cut = all.lastIndexOf(`${this.marker} `);
          const [, state, message] = all.subarray(cut + this.marker.length + 1, -last.length).toString().match(/^(\S*) (.*)$/s);
          return [all.subarray(0, cut), state, message];
        }
      }
      if (this.ended != null) return null;
      await new Promise((resolve) => { this.wake = resolve; });
    }
  }

  /** Runs a statement; what: its name in an error. */
  async run(what, sql) {
    this.complaints = "";
    this.process.stdin.write(`${sql}\n;\n\\echo '${this.marker}' :SQLSTATE :LAST_ERROR_MESSAGE\n\\echo '${this.marker}.'\n`);
    const answer = await this.answer();
    if (!answer) throw new ReadError(what, this.ended);
    const [bytes, state, message] = answer;
    if (state !== "00000") {
      await new Promise((resolve) => { setTimeout(resolve, 20); }); // the other pipe
      const details = this.complaints.split("\n").filter((line) => /^(DETAIL|HINT): /.test(line)).join("\n");
      throw new ReadError(what, message, state, details);
    }
    try {
      return bytes.toString();
    } catch {
      throw new ReadError(what, `${Math.round(bytes.length / 1e6)} MB are more than a page can show`);
    }
  }

  /** The rows of a query as arrays, one value for each of the columns that are named. */
  async rows(what, columns, from) {
    const text = await this.run(what, `SELECT coalesce(json_agg(json_build_array(${columns.join(", ")})), '[]') FROM ${from}`);
    return JSON.parse(text);
  }

  /** Ends psql; what it waits for is cancelled. */
  close() {
    this.process.stdin.end();
    this.process.kill("SIGINT");
  }
}

export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** With standard_conforming_strings or without. */
export const literal = (text) => {
  const inside = text.replaceAll("'", "''");
  return inside.includes("\\") ? ` E'${inside.replaceAll("\\", "\\\\")}'` : `'${inside}'`;
};
