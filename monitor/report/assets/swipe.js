// Two pictures of one place, one on each side of a line that is dragged or moved with arrow keys.
"use strict";

// Returns `set(on)` and keeps the panes `before` and `after` cut along the line.
// eslint-disable-next-line no-unused-vars
function swipe(map, before, after) {
  const line = document.createElement("div"), grip = document.createElement("div");
  line.className = "swipe";
  grip.className = "grip";
  grip.tabIndex = 0;
  grip.setAttribute("role", "slider");
  grip.setAttribute("aria-label", "Line between the earlier image, left, and the later one, right");
  grip.setAttribute("aria-valuemin", "0");
  grip.setAttribute("aria-valuemax", "100");
  grip.textContent = "⇔";
  line.appendChild(grip);
  L.DomEvent.disableClickPropagation(line);
  let share = 0.5, on = false;

  function cut() {
    if (!on) return;
    const size = map.getSize(), x = size.x * share;
    const at = (px, py) => {
      const point = map.containerPointToLayerPoint([px, py]);
      return `${point.x}px ${point.y}px`;
    };
    const side = (left, right) => "polygon(" +
      [at(left, 0), at(right, 0), at(right, size.y), at(left, size.y)].join(",") + ")";
    before.style.clipPath = side(0, x);
    after.style.clipPath = side(x, size.x);
    line.style.left = `${x}px`;
    grip.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  }
  function move(to) {
    share = Math.min(Math.max(to, 0), 1);
    cut();
  }
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
    grip.focus();
  });
  grip.addEventListener("pointermove", (event) => {
    if (!grip.hasPointerCapture(event.pointerId)) return;
    const box = map.getContainer().getBoundingClientRect();
    move((event.clientX - box.left) / box.width);
  });
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(share + step);
  });
  map.on("move zoom resize viewreset", cut);
  return (active) => {
    on = active;
    document.body.classList.toggle("comparing", on);
    if (on) {
      map.getContainer().appendChild(line);
      cut();
    } else {
      line.remove();
      before.style.clipPath = after.style.clipPath = "";
    }
  };
}
