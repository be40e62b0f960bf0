/* The language of the index: it stands in the address and goes along to the other pages. */
"use strict";
function speak(language) {
  const known = [...document.querySelectorAll("nav button")].map((button) => button.lang);
  if (!known.includes(language)) return;
  document.documentElement.lang = language;
  const hash = language === known[0] ? "" : `#lang=${language}`;
  if (location.hash !== hash) history.replaceState(null, "", hash || location.pathname);
  for (const link of document.querySelectorAll("a[href]")) {
    const page = link.getAttribute("href").split("#")[0];
    if (page.endsWith(".html")) link.setAttribute("href", page + hash);
  }
  document.title = document.querySelector(`h1 span[lang="${language}"]`)?.textContent || document.title;
}
for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => speak(button.lang));
speak(new URLSearchParams(location.hash.slice(1)).get("lang") || document.documentElement.lang);
