/* Words, numbers and elements of a page. All text from data goes in as text, never as markup, so that a name cannot run as code. */
"use strict";
const NOTHING = "\u0000";

function fold(text) {
  return String(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u0111\u0110]/g, "d").toLowerCase();
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function button(label, action, attributes) {
  return make("button", { type: "button", ...attributes, on: { click: action } }, label);
}

const missing = (value) => value === null || value === undefined || value === "";

/* Adds to the desk how it speaks: `say` a text, `word` of its own, `number`, `show` a value of a field. */
function speaking(desk) {
  const formats = new Map();
  desk.say = (text) => (text === null || text === undefined ? "" : typeof text === "string" ? text : text[desk.state.language]);
  desk.word = (key) => desk.say(desk.page.words[key]);
  desk.number = (value, digits, exactly) => {
    const name = `${desk.state.language} ${digits} ${exactly}`;
    if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(desk.state.language, { maximumFractionDigits: digits, minimumFractionDigits: exactly ? digits : 0 }));
    return formats.get(name).format(value);
  };
  desk.column = (field) => (field.columns ? field.columns[desk.state.language] : field.key);
  desk.value = (field, item) => item[desk.column(field)];
  desk.show = (field, value, bare) => {
    if (missing(value)) return "";
    if (field.values && field.values[value]) return desk.say(field.values[value]);
    const codes = field.values && typeof value === "string" ? value.split(/\+|; /) : [];
    if (codes.length && codes.every((part) => field.values[part])) return codes.map((part) => desk.say(field.values[part])).join(", ");
    if (typeof value === "boolean") return desk.word(value ? "yes" : "no");
    if (typeof value !== "number") return String(value);
    const text = field.plain ? String(value) : desk.number(value, field.digits);
    return field.unit && !bare ? `${text} ${desk.say(field.unit)}` : text;
  };
  /* a label that names a unit in brackets has it already */
  desk.heading = (field) => desk.say(field.label) + (field.unit && !desk.say(field.label).endsWith(`(${desk.say(field.unit)})`) ? ` (${desk.say(field.unit)})` : "");
}
