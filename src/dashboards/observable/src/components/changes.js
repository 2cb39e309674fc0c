// What changed since an earlier day, by the states that evaluation_history keeps.
import {plain} from "./names.js";
import {correlation, day, element, isolate, modelsOf, plural, usualThreshold} from "./words.js";
import {table} from "./card.js";

/** Why a verdict is another one: what is known of the models that both days have, or who is there, or what capability is made of. */
function why(counts, row) {
  const others = [counts.models_common < Math.max(counts.models_before, counts.models_after) ? "models" : null, counts.same_capability ? null : "capability benchmarks"].filter(Boolean);
  if (others.length && (row.same || row.verdict_before_common === row.verdict_after_common))
    return `other ${others.join(" and ")}${row.same ? " alone" : ", mostly"}`;
  return row.same_scores ? "marks or standard errors of the same scores" : "scores of the same models";
}

const cell = (verdict, corr, n) => (verdict ? `${verdict}, ${correlation(corr)} (n\u00a0${n ?? 0})` : "none");

/** A section for one stratum; null where there are no earlier days. */
export function changesSection(data, stratum) {
  if (!data.changes.length) return null;
  const select = element("select", {"aria-label": "Since when"}, data.changes.map((change, at) => element("option", {value: String(at)}, `since ${day(change.before)}`)));
  const body = element("div");
  function show() {
    const change = data.changes[Number(select.value)];
    const counts = change.counts.find((row) => row.stratum === stratum.at);
    const rows = change.changed.filter((row) => row.stratum === stratum.at);
    if (!counts) return body.replaceChildren(element("p", {}, `No state of ${modelsOf(stratum)} with capability benchmarks on both days.`));
    const alone = rows.filter((row) => why(counts, row) === "other models alone").length;
    const came = counts.models_after - counts.models_common;
    const went = counts.models_before - counts.models_common;
    body.replaceChildren(
      element("h3", {}, rows.length ? `${plural(rows.length, "verdict")} changed${alone ? `, ${alone === rows.length ? "" : `${alone} of them `}by other models alone` : ""}` : "No verdict changed"),
      element("p", {className: "subtitle"}, `${day(change.before)} to ${day(change.after)}, ${modelsOf(stratum)}: ${plural(came, "model")} came, ${went} went, ${counts.models_common} ${counts.models_common === 1 ? "is" : "are"} on both days, as ${counts.benchmarks_common === 1 ? "is" : "are"} ${plural(counts.benchmarks_common, "benchmark")}. The threshold is ${usualThreshold}.${rows.length ? " The last two columns are over what both days have." : ""}`),
      rows.length ? element("div", {className: "scrolls", tabIndex: 0, role: "region", "aria-label": "Verdicts that changed"}, table(rows, [
        {name: "benchmark", value: (row) => isolate(plain(data.benchmarks[row.benchmark]))},
        {name: "was", value: (row) => cell(row.verdict_before, row.corr_before, row.n_before)},
        {name: "is", value: (row) => cell(row.verdict_after, row.corr_after, row.n_after)},
        {name: "by", value: (row) => why(counts, row)},
        {name: "was, common", value: (row) => cell(row.verdict_before_common, row.corr_before_common, row.n_before_common)},
        {name: "is, common", value: (row) => cell(row.verdict_after_common, row.corr_after_common, row.n_after_common)}
      ])) : "");
    return null;
  }
  select.addEventListener("change", show);
  show();
  return element("section", {className: "card", id: "changes"}, element("div", {className: "find"}, select), body);
}
