// The bar under the map that moves the page through time, by hand or playing.
"use strict";

// Returns the bar; `seek(seconds)` is told each instant shown, Infinity for the instant of the page.
// eslint-disable-next-line no-unused-vars
function timeBar({ from, to, zone, seek }) {
  const STEP = 3600, DAY = 86400, WHOLE_S = 40;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const bar = document.createElement("div");
  bar.className = "time-bar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Time shown");
  function button(sign, title) {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = sign;
    node.title = title;
    node.setAttribute("aria-label", title);
    bar.appendChild(node);
    return node;
  }
  const play = button("▶", "Play");
  const back = button("‹", "A day earlier"), next = button("›", "A day later");
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: from, max: to, step: STEP, value: to });
  slider.setAttribute("aria-label", "Time shown on the map");
  const label = document.createElement("output");
  bar.append(slider, label);

  const format = zone === "UTC" ? null : new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" });
  const start = Math.floor(from / STEP) * STEP;
  slider.min = start;
  slider.max = start + Math.ceil((to - start) / STEP) * STEP;
  slider.value = slider.max;
  let at = to, playing = 0, last = 0;

  function show(seconds) {
    at = Math.min(Math.max(seconds, from), to);
    const utc = new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");
    const local = format ? ` · ${format.format(new Date(at * 1000))} local` : "";
    label.textContent = `${utc} UTC${local}`;
    slider.value = at >= to ? slider.max : at;
    slider.setAttribute("aria-valuetext", label.textContent);
    bar.classList.toggle("past", at < to);
    back.disabled = at <= from;
    next.disabled = at >= to;
    seek(at >= to ? Infinity : at);
  }
  function stop() {
    if (calm.matches) clearInterval(playing); else cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "▶";
    play.title = "Play";
    play.setAttribute("aria-label", "Play");
  }
  function frame(now) {
    // A page in the background gets no frames: it goes on where it was left.
    const passed = Math.min(now - last, 100) / 1000;
    last = now;
    show(at + passed * (to - from) / WHOLE_S);
    if (at >= to) stop(); else playing = requestAnimationFrame(frame);
  }
  play.addEventListener("click", () => {
    if (playing) { stop(); return; }
    if (at >= to) show(from);
    play.textContent = "❚❚";
    play.title = "Pause";
    play.setAttribute("aria-label", "Pause");
    // Who asked for less motion gets a day a second, in steps.
    if (calm.matches) {
      playing = setInterval(() => { show(at + DAY); if (at >= to) stop(); }, 1000);
    } else {
      last = performance.now();
      playing = requestAnimationFrame(frame);
    }
  });
  back.addEventListener("click", () => { stop(); show(at - DAY); });
  next.addEventListener("click", () => { stop(); show(at + DAY); });
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  show(to);
  return { bar, show };
}
