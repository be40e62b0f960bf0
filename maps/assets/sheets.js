/* Commune sheets: one or all of them, in the language of the address; today's date at the foot. */
"use strict";
const choice = document.getElementById("commune");
function show() {
  const given = new URLSearchParams(location.hash.slice(1)), language = given.get("lang"), known = [...document.querySelectorAll("header button.language")].map((one) => one.lang);
  if (known.includes(language)) document.documentElement.lang = language;
  const wanted = given.get("commune") || "", sheets = [...document.querySelectorAll(".sheet")], found = sheets.some((one) => one.dataset.code === wanted);
  for (const one of sheets) one.hidden = found && one.dataset.code !== wanted;
  choice.value = found ? wanted : "";
  for (const option of choice.options) if (!option.value) option.hidden = option.lang !== document.documentElement.lang;
  if (!found) choice.selectedIndex = [...choice.options].findIndex((option) => !option.value && !option.hidden);
  const today = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date());
  for (const place of document.querySelectorAll("time")) place.textContent = today;
  document.title = document.querySelector(`h1 span[lang="${document.documentElement.lang}"]`)?.textContent || document.title;
}
function set(name, value) {
  const given = new URLSearchParams(location.hash.slice(1));
  if (value) given.set(name, value); else given.delete(name);
  history.replaceState(null, "", `#${given}`);
  show();
}
choice.addEventListener("change", () => set("commune", choice.value));
for (const one of document.querySelectorAll("header button.language")) one.addEventListener("click", () => set("lang", one.lang));
document.getElementById("print").addEventListener("click", () => print());
window.addEventListener("hashchange", show);
show();
