/* Key figures: the run's own numbers, or those of the rows that the filters leave. */
"use strict";
function counted(desk, how) {
  const source = desk.layers.get(how.layer);
  if (!source) return null;
  const rows = source.entries.filter(({ item, passes }) => passes && Object.entries(how.where).every(([key, value]) => String(item[key]) === value));
  if (!how.total) return rows.length;
  let sum = 0, weight = 0;
  for (const { item } of rows) {
    const value = item[how.total], by = how.mean_by ? item[how.mean_by] : 1;
    if (typeof value !== "number" || typeof by !== "number") continue;
    sum += value * by; weight += by;
  }
  if (how.mean_by) return weight ? (sum / weight) * how.factor : null;
  return sum * how.factor;
}

/* A figure as text: over the whole run, or over what is shown. Null where it does not follow the filters. */
function figureText(desk, fact) {
  if (!desk.filtered()) {
    if (fact.value !== null && typeof fact.value === "object") return desk.say(fact.value);
    return desk.number(fact.value, fact.digits, true) + (fact.unit ? ` ${desk.say(fact.unit)}` : "");
  }
  if (!fact.counted.length) return null;
  const numbers = fact.counted.map((how) => counted(desk, how));
  if (numbers.some((value) => value === null)) return "\u2013";
  return numbers.map((value) => desk.number(value, fact.digits, true)).join(" \u00b7 ") + (fact.unit ? ` ${desk.say(fact.unit)}` : "");
}

function figureBox(desk) {
  const { page } = desk;
  if (!page.facts.length) return null;
  const list = make("dl", { class: "facts" });
  for (const fact of page.facts) {
    const text = figureText(desk, fact);
    if (text !== null) list.append(make("dt", {}, desk.say(fact.label)), make("dd", {}, text));
  }
  return make("section", { class: "figures", "aria-label": desk.word("facts") }, make("h2", {}, desk.word(desk.filtered() ? "facts_shown" : "facts")), list,
    page.proof && !desk.filtered() ? make("p", { class: page.alarm ? "alarm" : "proof" }, desk.say(page.proof)) : null);
}
