/* One panel for layers and legend: a box per layer, and below it the classes that its rows have. */
"use strict";
function legendBox(desk) {
  const { state } = desk, box = make("details", { class: "legend", open: state.legend ? "" : null, "aria-label": desk.word("legend") }, make("summary", {}, desk.word("legend")));
  box.addEventListener("toggle", () => { state.legend = box.open; });
  const list = make("div", { class: "layers" });
  for (const source of [...desk.layers.values()].reverse()) {
    const { layer } = source, check = make("input", { type: "checkbox", "data-layer": layer.id, on: { change: () => { source.on = check.checked; desk.reveal(); desk.drawLegend(); } } });
    check.checked = source.on;
    list.append(make("label", { class: "layer" }, check, desk.say(layer.title)));
    if (source.on) list.append(...classesOf(desk, layer));
  }
  box.append(list);
  return box;
}

function classesOf(desk, layer) {
  const { style, type } = layer, lines = [], line = (draw, text) => { const one = make("div", { class: "class" }, text); one.prepend(swatch(type, { ...style.common, ...draw })); lines.push(one); };
  const entries = Object.values(style.values).filter((entry) => entry.label);
  if (layer.legend) {
    for (const entry of [...entries, ...(style.other ? [style.other] : [])]) line(entry.draw, desk.say(entry.label));
    if (!entries.length && !style.other) line({}, desk.say(layer.title));
    if (style.hollow && layer.values[layer.columns.indexOf(style.hollow[0])].includes(true)) line({ color: "#1c2b33", weight: 3, fillColor: "#ffffff" }, desk.say(style.hollow[1]));
  }
  if (layer.note) lines.push(make("div", { class: "count" }, desk.say(layer.note)));
  return lines;
}
