"use strict";
const form = document.querySelector(".filters"), said = form.querySelector("output");
const items = [...document.querySelectorAll("article.finding")];
function filter() {
  const wanted = [...new FormData(form)].filter(([, value]) => value);
  let shown = 0;
  for (const item of items) {
    item.hidden = !wanted.every(([name, value]) => name === "words"
      ? item.textContent.toLowerCase().includes(value.toLowerCase())
      : item.dataset[name] === value);
    shown += !item.hidden;
  }
  said.textContent = wanted.length ? `${shown} of ${items.length} findings` : `${items.length} findings`;
}
function asked() {
  const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!item || !item.matches("article")) return;
  if (item.hidden) { form.reset(); filter(); }
  item.querySelector("details").open = true;
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "start" });
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
window.addEventListener("hashchange", asked);
filter();
asked();
