/* Printing: the part of the map that is shown, on A4 or A3, with title, legend, filters, scale, north arrow, date, source. */
"use strict";
const PAPER = { "A4 landscape": [277, 190], "A4 portrait": [190, 277], "A3 landscape": [400, 277], "A3 portrait": [277, 400] };
const PIXELS_PER_MM = 96 / 25.4;

function printing(desk) {
  const { map, state } = desk, sheet = make("style", {});
  document.head.append(sheet);
  state.paper = "A4 landscape";
  let before = null;
  const enter = () => {
    if (before) return;
    const [width, height] = PAPER[state.paper];
    before = { bounds: map.getBounds(), moved: state.moved, legend: state.legend, table: state.table };
    state.legend = true; state.table = false;
    document.body.classList.add("printing");
    document.body.classList.toggle("place", Boolean(state.printPlace && state.chosen));
    sheet.textContent = `@page{size:${state.paper};margin:10mm}.printing .frame{width:${width}mm;height:${height}mm}`;
    desk.drawPrint(Math.round(width * PIXELS_PER_MM));
    map.invalidateSize({ animate: false });
    if (before.moved || state.printPlace) map.fitBounds(before.bounds, { animate: false });
    else desk.frame();
    desk.redraw();
  };
  const leave = () => {
    if (!before) return;
    document.body.classList.remove("printing", "place");
    state.printPlace = false;
    sheet.textContent = "";
    Object.assign(state, { legend: before.legend, table: before.table });
    desk.draw();
    map.invalidateSize({ animate: false });
    map.fitBounds(before.bounds, { animate: false });
    state.moved = before.moved;
    before = null;
  };
  window.addEventListener("beforeprint", enter);
  window.addEventListener("afterprint", leave);
  desk.enterPrint = enter; desk.leavePrint = leave;
  desk.print = (place) => {
    state.printPlace = Boolean(place);
    enter();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.print(); leave(); }));
  };
  desk.drawPrint = () => {
    const { page } = desk, filters = page.filters.filter((f) => state.filters[f.key]).map((f) => `${desk.say(f.label)}: ${desk.filterWord(f, state.filters[f.key])}`);
    const today = new Intl.DateTimeFormat(state.language, { dateStyle: "long" }).format(new Date());
    desk.parts.caption.replaceChildren(make("h1", {}, desk.say(page.title)), page.notice ? make("p", { class: "notice" }, desk.say(page.notice)) : "", page.alarm ? make("p", { class: "alarm" }, desk.say(page.proof)) : "",
      make("p", {}, filters.length ? `${desk.word("filters")}: ${filters.join("; ")}` : desk.word("no_filter")));
    desk.parts.foot.replaceChildren(`${page.source ? `${desk.say(page.source)}. ` : ""}${desk.word("printed")} ${today}.`);
    desk.drawLegend();
  };
}

function printBox(desk) {
  const { state } = desk, select = make("select", { "aria-label": desk.word("paper"), class: "paper", on: { change: () => { state.paper = select.value; } } }, ...Object.keys(PAPER).map((name) => make("option", { value: name }, `${name.slice(0, 2)} ${desk.word(name.slice(3))}`)));
  select.value = state.paper;
  return make("span", { class: "print" }, select, button(desk.word("print"), () => desk.print(false), { class: "print-now" }));
}
