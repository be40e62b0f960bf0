/* The card of a chosen place: what could be chosen side by side, the reason, its values; the place before and after it in the list. */
"use strict";
function optionTable(desk, options, item) {
  const table = make("table", { class: "options" }, make("thead", {}, make("tr", {}, make("th", {}, desk.word("option")), ...options.headings.map((text) => make("th", {}, desk.say(text))))));
  const body = make("tbody", {});
  for (const row of options.rows) {
    const chosen = item[options.chosen] === row.code, out = desk.value(row.ruled_out, item);
    const line = make("tr", { class: chosen ? "chosen" : out ? "out" : null }, make("th", { scope: "row" }, `${chosen ? "\u2713 " : ""}${desk.say(row.label)}`));
    const known = row.fields.map((field) => (field ? desk.show(field, desk.value(field, item)) : ""));
    if (known.slice(0, 3).every((text) => !text)) line.append(make("td", { colspan: String(row.fields.length), class: "why" }, out || desk.word("none")));
    else line.append(...known.map((text) => make("td", {}, text || "\u2013")));
    body.append(line);
    if (out && known.slice(0, 3).some(Boolean)) body.append(make("tr", { class: "out" }, make("td", { colspan: String(row.fields.length + 1), class: "why" }, out)));
  }
  table.append(body);
  return make("div", {}, table, options.note ? make("p", { class: "count" }, desk.say(options.note)) : null);
}

function sectionOf(desk, section, item) {
  const list = make("dl", {});
  for (const field of section.fields) {
    const text = desk.show(field, desk.value(field, item));
    if (text) list.append(make("dt", {}, desk.say(field.label)), make("dd", {}, text));
  }
  if (!list.children.length) return null;
  if (!section.folded) return make("div", { class: "part" }, section.title ? make("h3", {}, desk.say(section.title)) : null, list);
  return make("details", { class: "part" }, make("summary", {}, desk.say(section.title)), list);
}

/* The card as plain lines, for another document. */
function cardText(desk, entry) {
  const { card } = entry.source.layer, { item } = entry, lines = [titleOf(entry), subtitleOf(entry)];
  if (entry.source.layer.reason) lines.push(item[entry.source.layer.reason[desk.state.language]] || "");
  for (const section of card.sections) for (const field of section.fields) {
    const text = section.folded ? "" : desk.show(field, desk.value(field, item));
    if (text) lines.push(`${desk.say(field.label)}: ${text}`);
  }
  return lines.filter(Boolean).join("\n");
}

const titleOf = (entry) => String(entry.item[entry.source.layer.card.title] ?? "");
const subtitleOf = (entry) => [...new Set(entry.source.layer.card.subtitle.map((key) => entry.item[key]).filter((value) => !missing(value)))].join(" \u00b7 ");

async function copied(desk, text, place) {
  try { await navigator.clipboard.writeText(text); } catch { copiedByHand(text); }
  place.textContent = desk.word("copied");
}

function copiedByHand(text) {
  const area = make("textarea", {});
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function neighbour(desk, step) {
  const rows = desk.order().map(([, entry]) => entry), at = rows.indexOf(desk.state.chosen);
  return at < 0 ? null : rows[at + step] || null;
}

/* Ground and the line above it over the distance; numbers only, so nothing from data becomes markup. */
function profileOf(desk, profile, text) {
  const points = JSON.parse(text), wide = 300, high = 120, edge = 34;
  const far = Math.max(1, points[points.length - 1][0]), all = points.flatMap((p) => [p[1], p[2]]);
  const low = Math.min(...all), span = Math.max(1, Math.max(...all) - low);
  const at = (p, k) => `${(edge + (p[0] / far) * (wide - edge - 4)).toFixed(1)},${(high - 16 - ((p[k] - low) / span) * (high - 28)).toFixed(1)}`;
  const svg = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const label = (x, y, words) => svg("text", { x, y, "font-size": 9, fill: "#444" }, words);
  return make("figure", { class: "profile" },
    svg("svg", { viewBox: `0 0 ${wide} ${high}`, width: "100%", role: "img", "aria-label": desk.say(profile.title) },
      svg("polyline", { points: points.map((p) => at(p, 1)).join(" "), fill: "none", stroke: "#6b4a3a", "stroke-width": 1.5 }),
      svg("polyline", { points: points.map((p) => at(p, 2)).join(" "), fill: "none", stroke: "#0277bd", "stroke-width": 1.5, "stroke-dasharray": "4 2" }),
      label(0, 10, `${desk.number(low + span, 0)} m`), label(0, high - 18, `${desk.number(low, 0)} m`), label(wide - 50, high - 3, `${desk.number(far, 0)} m`)),
    make("figcaption", {}, `${desk.say(profile.title)}: \u2014 ${desk.say(profile.ground)}, - - ${desk.say(profile.line)}`));
}

/* The printed sheet of the commune that a place lies in. */
function sheetLink(desk, item) {
  if (!desk.page.sheets || missing(item.commune_code)) return null;
  const given = new URLSearchParams({ commune: item.commune_code });
  if (desk.state.language !== desk.page.languages[0].code) given.set("lang", desk.state.language);
  return make("a", { class: "sheet-link", href: `${desk.page.sheets}#${given}` }, desk.word("sheet"));
}

function cardBox(desk) {
  const entry = desk.state.chosen;
  if (!entry) return null;
  const { layer } = entry.source, { item } = entry, copy = button(desk.word("copy"), () => copied(desk, cardText(desk, entry), copy));
  const before = neighbour(desk, -1), after = neighbour(desk, 1);
  const bar = make("div", { class: "bar" },
    before || after ? button("\u2039", () => desk.choose(before, true), { "aria-label": desk.word("previous"), class: "previous", disabled: !before }) : null,
    before || after ? button("\u203a", () => desk.choose(after, true), { "aria-label": desk.word("next"), class: "next", disabled: !after }) : null,
    copy, button(desk.word("print_place"), () => desk.print(true)), button("\u00d7", () => desk.choose(null), { "aria-label": desk.word("close"), class: "close" }));
  const reason = layer.reason && item[layer.reason[desk.state.language]];
  return make("article", { class: "card", "aria-label": titleOf(entry), tabindex: "-1" }, bar, make("h2", {}, titleOf(entry)),
    make("p", { class: "subtitle" }, subtitleOf(entry), " ", sheetLink(desk, item)),
    layer.card.options ? optionTable(desk, layer.card.options, item) : null,
    reason ? make("p", { class: "reason" }, String(reason)) : null,
    ...layer.card.sections.map((section) => sectionOf(desk, section, item)),
    layer.card.profile && item[layer.card.profile.key] ? profileOf(desk, layer.card.profile, item[layer.card.profile.key]) : null,
    item.provenance === "modelled" ? make("p", { class: "notice modelled" }, desk.word("modelled")) : null);
}
