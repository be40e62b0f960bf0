/* What is shown as a file: the rows that the filters leave, in the order of the list, with the headings of the page's language. */
"use strict";
function shownSheets(desk) {
  const { page, state } = desk, sheets = [];
  const filters = page.filters.filter((f) => state.filters[f.key]).map((f) => `${desk.say(f.label)}: ${desk.filterWord(f, state.filters[f.key])}`).join("; ");
  const note = [filters ? `${desk.word("filters")}: ${filters}` : "", page.notice ? desk.say(page.notice) : ""].filter(Boolean).join(". ");
  const sheet = (name, fields, entries) => {
    const reason = entries.length ? entries[0].source.layer.reason : null;
    const values = (item) => [...fields.map((field) => { const value = desk.value(field, item); return typeof value === "number" ? value : desk.show(field, value, true); }), ...(reason ? [item[reason[state.language]] ?? ""] : [])];
    sheets.push({
      name, note, title: desk.say(page.title), total: desk.word("total"),
      headings: [...fields.map((field) => desk.heading(field)), ...(reason ? [desk.word("reason")] : [])],
      kinds: [...fields.map((field) => (field.plain ? "plain" : entries.some(({ item }) => typeof desk.value(field, item) === "number") ? ["whole", "one"][field.digits] || "two" : "text")), ...(reason ? ["text"] : [])],
      sums: [...fields.map((field) => field.summed), ...(reason ? [false] : [])], rows: entries.map(({ item }) => values(item)),
    });
  };
  if (page.ranking) sheet(desk.say(desk.ranked.layer.title), page.ranking.table, desk.order().map(([, entry]) => entry));
  for (const source of desk.layers.values()) {
    const { layer } = source;
    if (source === desk.ranked || !layer.filtered || !layer.card || !source.on) continue;
    const fields = layer.card.sections.flatMap((section) => section.fields), entries = source.entries.filter((entry) => entry.passes);
    const title = { key: layer.card.title, label: layer.title, unit: null, digits: 0, values: null, plain: false, columns: null, summed: false };
    if (entries.length) sheet(desk.say(layer.title), [title, ...fields.filter((field) => field.key !== title.key)], entries);
  }
  return sheets;
}

function saved(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const fileName = (desk, ending) => `infragap-${desk.page.id}${Object.values(desk.state.filters).filter((v) => v && v !== NOTHING).map((v) => `-${fold(v).replace(/[^a-z0-9]+/g, "-")}`).join("")}.${ending}`;

/* A text that a spreadsheet would read as a formula gets an apostrophe before it. */
const csvCell = (value) => {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && value !== "-" ? `'${value}` : String(value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

function downloadButtons(desk) {
  const csv = () => {
    const [sheet] = shownSheets(desk), lines = [sheet.headings, ...sheet.rows].map((row) => row.map(csvCell).join(","));
    saved(new Blob(["\ufeff", lines.join("\n"), "\n"], { type: "text/csv" }), fileName(desk, "csv"));
  };
  return [button(desk.word("download_xlsx"), () => saved(workbook(shownSheets(desk)), fileName(desk, "xlsx")), { class: "download", "data-download": "xlsx" }), button(desk.word("download_csv"), csv, { class: "download", "data-download": "csv" })];
}

const downloadBox = (desk) => (desk.ranked ? make("div", { class: "bar downloads", "aria-label": desk.word("download") }, ...downloadButtons(desk), printBox(desk)) : null);
