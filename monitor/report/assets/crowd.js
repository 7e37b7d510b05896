// Many ships on one canvas: a layer each would take seconds to make.
"use strict";

// Returns a Leaflet layer of ships `{ runs, way, at, silent }` and `draw(instant, whereAt, countUntil)`.
// eslint-disable-next-line no-unused-vars
function crowdOf(ships, { pane, whereAt, countUntil, onPick }) {
  const PAD = 0.2, NEAR = 7, LINE = "#7b8794", MARK = "#5f6b78";
  // World coordinates at zoom 0, once; a zoom is then a factor.
  const drawn = ships.map((ship) => {
    const n = ship.way.at.length, x = new Float64Array(n), y = new Float64Array(n);
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (let i = 0; i < n; i += 1) {
      const [lat, lon] = ship.way.at[i];
      const sin = Math.sin(Math.max(Math.min(lat, 85), -85) * Math.PI / 180);
      x[i] = 256 * (lon / 360 + 0.5);
      y[i] = 256 * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI));
      left = Math.min(left, x[i]); right = Math.max(right, x[i]);
      top = Math.min(top, y[i]); bottom = Math.max(bottom, y[i]);
    }
    return { ship, x, y, left, right, top, bottom };
  });
  let instant = Infinity, shown = [], due = 0;

  const Crowd = L.Layer.extend({
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "crowd leaflet-zoom-hide", map.getPane(pane));
      map.on("moveend viewreset resize", this.redraw, this);
      map.on("click", this.pick, this);
      this.redraw();
    },
    onRemove(map) {
      map.off("moveend viewreset resize", this.redraw, this);
      map.off("click", this.pick, this);
      this.canvas.remove();
      cancelAnimationFrame(due);
      due = 0;
    },
    // Once a frame is enough, however often the instant changes.
    seek(to) {
      instant = to;
      if (this._map && !due) due = requestAnimationFrame(() => { due = 0; this.redraw(); });
    },
    redraw() {
      const map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
      const pad = size.multiplyBy(PAD).round(), whole = size.add(pad).add(pad);
      const corner = map.containerPointToLayerPoint([-pad.x, -pad.y]);
      L.DomUtil.setPosition(this.canvas, corner);
      this.canvas.width = whole.x * ratio;
      this.canvas.height = whole.y * ratio;
      this.canvas.style.width = `${whole.x}px`;
      this.canvas.style.height = `${whole.y}px`;
      const scale = 2 ** map.getZoom(), origin = map.getPixelBounds().min.subtract(pad);
      const context = this.canvas.getContext("2d");
      context.scale(ratio, ratio);
      const lines = new Path2D(), gaps = new Path2D(), marks = [new Path2D(), new Path2D()];
      shown = [];
      for (const own of drawn) {
        if (own.right * scale < origin.x || own.left * scale > origin.x + whole.x
          || own.bottom * scale < origin.y || own.top * scale > origin.y + whole.y) continue;
        const { way } = own.ship;
        const now = instant === Infinity
          ? { n: way.t.length, at: own.ship.at, silent: own.ship.silent }
          : { ...whereAt(own.ship, instant), n: countUntil(way.t, instant) };
        if (!now.n) continue;
        const px = (i) => own.x[i] * scale - origin.x, py = (i) => own.y[i] * scale - origin.y;
        lines.moveTo(px(0), py(0));
        for (let i = 1; i < now.n; i += 1) {
          if (way.gaps.has(i)) {
            gaps.moveTo(px(i - 1), py(i - 1));
            gaps.lineTo(px(i), py(i));
            lines.moveTo(px(i), py(i));
          } else lines.lineTo(px(i), py(i));
        }
        const at = map.project(now.at, map.getZoom()).subtract(origin);
        if (now.n < way.t.length && !way.gaps.has(now.n)) lines.lineTo(at.x, at.y);
        const mark = marks[now.silent ? 1 : 0];
        mark.moveTo(at.x + 3.5, at.y);
        mark.arc(at.x, at.y, 3.5, 0, 2 * Math.PI);
        shown.push({ own, x: at.x - pad.x, y: at.y - pad.y, px, py, n: now.n, pad });
      }
      context.strokeStyle = LINE;
      context.lineWidth = 1.2;
      context.globalAlpha = 0.8;
      context.stroke(lines);
      context.setLineDash([2, 5]);
      context.stroke(gaps);
      context.setLineDash([]);
      context.globalAlpha = 1;
      context.strokeStyle = "#ffffff";
      context.lineWidth = 1;
      marks.forEach((mark, silent) => {
        context.fillStyle = silent ? `${MARK}40` : MARK;
        context.fill(mark);
        context.stroke(mark);
      });
    },
    pick(event) {
      if (event.originalEvent.target.closest(".leaflet-interactive, .leaflet-popup")) return;
      const { x, y } = event.containerPoint;
      let best = null, least = NEAR;
      for (const one of shown) {
        const away = Math.hypot(one.x - x, one.y - y);
        if (away < least) { least = away; best = { ship: one.own.ship, at: null }; }
      }
      if (!best) {
        least = NEAR;
        for (const { own, px, py, n, pad } of shown) {
          for (let i = 1; i < n; i += 1) {
            const ax = px(i - 1) - pad.x, ay = py(i - 1) - pad.y;
            const dx = px(i) - pad.x - ax, dy = py(i) - pad.y - ay;
            const share = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1),
              0), 1);
            const away = Math.hypot(ax + share * dx - x, ay + share * dy - y);
            if (away < least) { least = away; best = { ship: own.ship, at: i }; }
          }
        }
      }
      if (best) onPick(best, event.latlng);
    },
  });
  return new Crowd();
}
