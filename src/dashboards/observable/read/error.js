/** What a person can do about it, by SQLSTATE. */
const waysOut = {
  57014: "Raise the role's statement_timeout, or let the database compute beforehand: create_capabilities_views(…, materialized => true), and refresh_capabilities_views() after each load.",
  42501: "Grant the role USAGE on the schema and SELECT on its views, on the evaluation and on what that reads.",
  22021: "Names that are no UTF-8 are not known apart: make the database anew in the encoding that they are in (its server_encoding is SQL_ASCII).",
  53200: "Give the server more memory or the views fewer models and benchmarks.",
  54000: "Give the views fewer models and benchmarks.",
  40001: "Build again: on a standby, what the page was reading was vacuumed away.",
  "42P01": "Make the views anew: create_capabilities_views(). A function that the evaluation calls must name its schemas, or be given them: ALTER FUNCTION … SET search_path.",
  42883: "A function that the evaluation calls must name its schemas, or be given them: ALTER FUNCTION … SET search_path.",
  42703: "Make the views anew: those that are there are of another version of safetycorr."
};

/** An error that says which statement failed, why, and what to do. */
export class ReadError extends Error {
  constructor(what, message, state, details = "") {
    const way = waysOut[state];
    super(`${what}: ${message}${details ? `\n${details}` : ""}${way ? `\n${way}` : ""}`);
    this.state = state;
  }
}
