// Draws the port from the JSON block `port-values` onto folium's Leaflet map `map_port`.
// Every text goes in by textContent: names come from ships and feeds, and a ship may be called
// anything. Leaflet options that take HTML (popup, tooltip, attribution) get elements instead.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const map = window.map_port;
  const port = JSON.parse(document.getElementById("port-values").textContent);
  const SHIP_COLOURS = 6;
  const FIT = { padding: [40, 40], animate: false };
  document.documentElement.lang = "en";

  function el(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }
  function add(parent, ...children) {
    for (const child of children) if (child) parent.appendChild(child);
    return parent;
  }
  function list(className, lines) {
    const items = el("ul", className);
    for (const line of lines) add(items, el("li", "", line));
    return items;
  }
  function card(title, rows) {
    const table = el("table");
    for (const [label, text] of rows) {
      add(table, add(el("tr"), el("th", "", label), el("td", "", text)));
    }
    return add(el("div", "card"), el("h3", "", title), table);
  }
  function minute(seconds) {
    return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC";
  }
  function duration(seconds) {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  }
  function popup(layer, make) {
    return layer.bindPopup(make, { maxWidth: Math.min(320, window.innerWidth - 60) });
  }

  // --- panes: pictures lie on land and under outlines; the crowd of other ships lies under those
  // too, because a canvas takes every click that reaches it.
  const panes = ["land", "before", "scene", "crowd", "area", "berth", "track", "ship"];
  panes.forEach((name, i) => { map.createPane(`p-${name}`).style.zIndex = 210 + 20 * i; });
  const svg = {};
  for (const name of ["land", "area", "berth", "track", "ship"]) {
    svg[name] = L.svg({ pane: `p-${name}`, padding: 0.5 });
  }

  const NS = "http://www.w3.org/2000/svg";
  function svgEl(tag, attributes) {
    const node = document.createElementNS(NS, tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    return node;
  }
  const hatch = svgEl("pattern", { id: "hatch", width: 6, height: 6,
    patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  add(hatch, svgEl("rect", { width: 6, height: 6, class: "hatch-ground" }),
    svgEl("rect", { width: 2.2, height: 6, class: "hatch-line" }));
  add(document.body, add(svgEl("svg", { width: 0, height: 0, class: "defs" }),
    add(svgEl("defs", {}), hatch)));

  // --- places and berths
  const toggles = [];
  const ON_LAND = ["land", "coastline", "port_boundary", "airbase"];
  function shape(place, className, pane) {
    const layer = L.geoJSON({ type: "Feature", geometry: place.shape }, {
      style: { className, renderer: svg[pane] },
      pointToLayer: (_, at) => L.circleMarker(at, { radius: 4, className, renderer: svg[pane] }),
      interactive: !ON_LAND.includes(place.kind),
    });
    if (!ON_LAND.includes(place.kind)) {
      popup(layer, () => card(place.name, place.rows));
      layer.bindTooltip(() => el("span", "", place.name), { sticky: true });
    }
    return layer;
  }
  for (const { id, label, shown, places } of port.layers) {
    const group = L.layerGroup(places.map((p) =>
      shape(p, `place ${p.kind}`, ON_LAND.includes(p.kind) ? "land" : "area")));
    toggles.push({ label, group, shown, swatch: `place ${places[0].kind}` });
  }
  const slug = (text) => text.toLowerCase().replaceAll(" ", "-");
  // How the berths stand: as of the page, or as of the image shown.
  let standing = port.berths;
  const berthLayers = port.berths.map((berth, i) => {
    const layer = shape(berth, `berth ${slug(berth.shade)}`, "berth");
    layer.unbindTooltip().bindTooltip(() => {
      const state = port.shades.length ? `: ${standing[i].shade}` : "";
      return el("span", "", berth.name + state);
    }, { sticky: true });
    return layer.unbindPopup() && popup(layer, () =>
      card(berth.name, [...standing[i].rows, ...(berth.about || [])]));
  });
  const berths = L.layerGroup(berthLayers);
  function stand(states) {
    standing = states;
    berthLayers.forEach((berth, i) => berth.eachLayer((part) => {
      const shade = slug(states[i].shade), node = part.getElement();
      part.options.className = `berth ${shade}`;
      if (!node) return;
      node.classList.remove(...port.shades.map(slug));
      node.classList.add(shade);
    }));
    map.closePopup();
  }
  if (port.berths.length) toggles.push({ label: "Berths", group: berths, shown: true,
    swatch: `berth ${port.shades.length ? "occupied" : "area"}` });

  function overlaps(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }
  // Short names of berths, once there is room for them; one that would cover another stays away.
  const berthNames = L.layerGroup(port.berths.map((berth) => {
    const centre = L.geoJSON(berth.shape).getBounds().getCenter();
    return L.tooltip(centre, { permanent: true, direction: "center", className: "berth-name",
      content: el("span", "", berth.short), opacity: 1 });
  }));
  function showBerthNames() {
    berthNames.remove();
    if (map.getZoom() < 16.5 || !map.hasLayer(berths)) return;
    berthNames.addTo(map);
    const taken = [];
    berthNames.eachLayer((name) => {
      const box = name.getElement().getBoundingClientRect();
      if (taken.some((other) => overlaps(box, other))) name.getElement().style.display = "none";
      else taken.push(box);
    });
  }

  // --- ships
  const labels = [];
  // Unpack steps into places and times, and cut the way into runs and the gaps between them.
  function unpack(ship) {
    const at = [], t = [];
    let lat = 0, lon = 0, time = 0;
    for (let i = 0; i < ship.path.length; i += 3) {
      lat += ship.path[i]; lon += ship.path[i + 1]; time += ship.path[i + 2];
      at.push([lat / 1e5, lon / 1e5]);
      t.push(time);
    }
    const cut = (from, to, gap) => ({ gap, at: at.slice(from, to), t: t.slice(from, to) });
    ship.way = { at, t, gaps: new Set(ship.gaps) };
    ship.at = at[at.length - 1];
    ship.t = time;
    if (!ship.watched) return;
    ship.runs = [];
    let from = 0;
    for (const to of [...(ship.gaps || []), at.length]) {
      if (from > 0) ship.runs.push(cut(from - 1, from + 1, true));
      if (to - from > 1) ship.runs.push(cut(from, to, false));
      from = to;
    }
  }
  port.ships.forEach(unpack);
  const watched = port.ships.filter((s) => s.watched);
  const others = port.ships.filter((s) => !s.watched);
  // How many of ascending times are not after an instant.
  function countUntil(times, instant) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= instant) low = middle + 1; else high = middle;
    }
    return low;
  }
  function between(a, b, share) {
    return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
  }
  // Where a ship was at an instant: between two reports with no silence between them, else where
  // she was last heard. Null before she was ever heard.
  function whereAt({ way }, instant) {
    const n = countUntil(way.t, instant);
    if (!n) return null;
    const since = way.t[n - 1];
    if (n < way.t.length && !way.gaps.has(n)) {
      const share = (instant - since) / (way.t[n] - since || 1);
      return { at: between(way.at[n - 1], way.at[n], share), silent: false, since: instant };
    }
    return { at: way.at[n - 1], silent: instant - since > port.silentS, since };
  }
  // The part of a run that was over at an instant; a gap is drawn once it has ended.
  function partOf(run, instant) {
    const n = countUntil(run.t, instant);
    if (n === run.t.length) return run.at;
    if (run.gap || !n) return [];
    const share = (instant - run.t[n - 1]) / (run.t[n] - run.t[n - 1] || 1);
    return [...run.at.slice(0, n), between(run.at[n - 1], run.at[n], share)];
  }
  // Draw the lines of a ship up to an instant, and only those that change.
  function drawLines(runs, lines, instant) {
    runs.forEach((run, i) => {
      const state = run.t[0] > instant ? 0 : run.t[run.t.length - 1] <= instant ? 2 : 1;
      if (state === 1 || state !== run.state) lines[i].setLatLngs(state ? partOf(run, instant) : []);
      run.state = state;
    });
  }
  function shipCard(ship) {
    return card(ship.name, [
      ["MMSI", ship.mmsi], ["IMO", ship.imo ?? "not known"],
      ["Last AIS", minute(ship.t)],
      ["Speed", ship.sog === undefined ? "not given" : `${ship.sog.toFixed(1)} kn`],
      ["Course", ship.cog === undefined ? "not given" : `${ship.cog.toFixed(0)}°`],
      ["Position", `${ship.at[0].toFixed(4)}, ${L.Util.wrapNum(ship.at[1], [-180, 180]).toFixed(4)}`],
      ["Source", ship.source],
      ...(ship.silent ? [["Now", "no AIS received since"]] : []),
    ]);
  }
  function nearest(run, at) {
    let best = 0, least = Infinity;
    run.at.forEach(([lat, lon], i) => {
      const d = (lat - at.lat) ** 2 + ((lon - at.lng) * Math.cos(lat * Math.PI / 180)) ** 2;
      if (d < least) { least = d; best = i; }
    });
    return run.t[best];
  }
  function track(ship, run, style) {
    const line = L.polyline(run.at, style);
    const text = (at) => run.gap
      ? `${ship.name}: no AIS received for ${duration(run.t[1] - run.t[0])}, ` +
        `${minute(run.t[0])} to ${minute(run.t[1])}`
      : `${ship.name}: ${minute(nearest(run, at))}`;
    return line.on("click", (event) => {
      L.popup().setLatLng(event.latlng).setContent(el("div", "card", text(event.latlng)))
        .openOn(map);
    });
  }
  function watchedShip(ship, index) {
    const colour = `ship ship-${index % SHIP_COLOURS}`;
    const parts = ship.runs.map((run) => track(ship, run,
      { className: `${colour} track${run.gap ? " gap" : ""}`, renderer: svg.track }));
    const mark = L.circleMarker(ship.at, { radius: 7, renderer: svg.ship,
      className: `${colour} last${ship.silent ? " silent" : ""}` });
    popup(mark, () => shipCard(ship));
    const label = L.tooltip({ permanent: true, className: `ship-name ${colour}`, offset: [0, 0] });
    const told = el("small");
    label.setContent(add(el("span"), el("b", "", ship.name), told));
    mark.bindTooltip(label);
    labels.push(label);
    const whole = L.layerGroup([...parts, mark]);
    const coarse = (ship.coarse || []).map((i) => ({ t: ship.way.t[i],
      dot: L.circleMarker(ship.way.at[i], { radius: 4, className: `${colour} coarse`,
        renderer: svg.track }).bindTooltip(() => el("span", "",
        `${ship.name}: known to a tenth of a minute only, ${minute(ship.way.t[i])}`),
      { sticky: true }) }));
    ship.draw = (instant) => {
      drawLines(ship.runs, parts, instant);
      for (const { t, dot } of coarse) {
        if (t <= instant) whole.addLayer(dot); else whole.removeLayer(dot);
      }
      const now = instant === Infinity
        ? { at: ship.at, silent: ship.silent, since: ship.t } : whereAt(ship, instant);
      if (!now) { whole.removeLayer(mark); return; }
      mark.setLatLng(now.at);
      mark.options.className = `${colour} last${now.silent ? " silent" : ""}`;
      mark.getElement()?.classList.toggle("silent", Boolean(now.silent));
      told.textContent = instant !== Infinity && !now.silent
        ? "" : ` ${now.silent ? "last heard " : ""}${minute(now.since).slice(5, 16)}Z`;
      whole.addLayer(mark);
    };
    ship.draw(Infinity);
    return whole;
  }
  watched.forEach((ship, i) => toggles.push({ label: ship.name, shown: true,
    group: watchedShip(ship, i), swatch: `ship ship-${i % SHIP_COLOURS}`, line: true }));
  const crowd = crowdOf(others, { pane: "p-crowd", whereAt, countUntil,
    onPick({ ship, at }, latlng) {
      const gap = at !== null && ship.way.gaps.has(at);
      const [from, to] = at === null ? [] : [ship.way.t[at - 1], ship.way.t[at]];
      const text = at === null ? shipCard(ship) : el("div", "card", gap
        ? `${ship.name}: no AIS received for ${duration(to - from)}, ${minute(from)} to ${minute(to)}`
        : `${ship.name}: between ${minute(from)} and ${minute(to)}`);
      L.popup({ maxWidth: Math.min(320, window.innerWidth - 60) }).setLatLng(latlng)
        .setContent(text).openOn(map);
    } });
  if (others.length) toggles.push({ label: `Other ships (${others.length})`, shown: true,
    group: crowd, swatch: "other", line: true });

  // Labels of ships give way to one another: the first free side wins.
  const SIDES = [["right", [10, 0]], ["left", [-10, 0]], ["top", [0, -9]], ["bottom", [0, 9]]];
  function placeLabels() {
    const taken = [];
    const frame = map.getContainer().getBoundingClientRect();
    for (const label of labels) {
      if (!map.hasLayer(label)) continue;
      let box;
      for (const [direction, offset] of SIDES) {
        Object.assign(label.options, { direction, offset: L.point(offset) });
        label.update();
        box = label.getElement().getBoundingClientRect();
        const inside = box.left > frame.left && box.right < frame.right;
        if (inside && !taken.some((other) => overlaps(box, other))) break;
      }
      taken.push(box);
    }
  }

  // --- pictures: one at a time
  const overlay = (s, pane) => L.imageOverlay(s.url, s.bounds, { pane, className: "picture" });
  const pictures = port.scenes.map((s) => L.layerGroup([
    overlay(s, "p-scene"),
    ...s.ships.map((ship) => L.polygon(ship.outline,
      { className: "sighted", renderer: svg.track, pane: "p-track" })
      .bindTooltip(() => el("span", "", ship.label), { sticky: true })),
  ]));
  let shownPicture = null, pictureAt = () => {};
  function pictureControl() {
    const box = el("div", "pictures leaflet-bar");
    const select = el("select");
    select.setAttribute("aria-label", "Image under the map");
    const names = ["No image", ...port.scenes.map((s) => s.label)];
    names.forEach((name, i) => {
      const option = el("option", "", name);
      option.value = String(i - 1);
      add(select, option);
    });
    const note = el("p"), when = el("p", "standing");
    const show = (index) => {
      if (shownPicture) shownPicture.remove();
      shownPicture = index < 0 ? null : pictures[index].addTo(map);
      select.value = String(index);
      const scene = port.scenes[index] || { note: "", id: "" };
      note.textContent = scene.note;
      note.title = scene.id;
      note.className = scene.rendered ? "rendered" : "";
      stand(scene.then ? scene.then.berths : port.berths);
      when.textContent = `Berths as of ${scene.then ? scene.then.at : port.asOf[0]}`;
      back.disabled = index < 0;
      next.disabled = index >= pictures.length - 1;
      compare();
    };
    // The newest image taken by an instant, and the berths as it showed them.
    pictureAt = (instant) => {
      const index = countUntil(port.scenes.map((s) => s.t), instant) - 1;
      if (select.value !== "-1") { if (index !== Number(select.value)) show(index); return; }
      const scene = port.scenes[index];
      if (scene === standingOf) return;
      standingOf = scene;
      stand(scene && scene.then ? scene.then.berths : scene ? port.berths : port.shades.length
        ? unseenBerths : port.berths);
      when.textContent = scene ? `Berths as of ${scene.then ? scene.then.at : port.asOf[0]}`
        : "No image was taken by then";
    };
    // Another image on the left of a line, to see what changed.
    const against = el("select");
    against.setAttribute("aria-label", "Left of the line");
    port.scenes.forEach((s, i) => {
      const option = el("option", "", s.label);
      option.value = String(i);
      add(against, option);
    });
    const compareBox = el("input"), compareRow = el("div", "row compare");
    compareBox.type = "checkbox";
    add(compareRow, add(el("label"), compareBox, el("span", "", "Compare with")), against);
    let other = null;
    function compare() {
      if (other) other.remove();
      const on = compareBox.checked && select.value !== "-1";
      other = on ? overlay(port.scenes[Number(against.value)], "p-before").addTo(map) : null;
      against.disabled = !compareBox.checked;
      setSwipe(on);
    }
    compareBox.addEventListener("change", () => {
      const index = Number(select.value);
      const sensor = (i) => port.scenes[i].label.split(" · ")[1];
      let earlier = index - 1;
      while (earlier > 0 && sensor(earlier) !== sensor(index)) earlier -= 1;
      if (compareBox.checked) against.value = String(Math.max(earlier, 0));
      compare();
    });
    against.addEventListener("change", compare);
    const choose = (index) => {
      show(index);
      if (index >= 0) bar.show(index === pictures.length - 1 ? Infinity : port.scenes[index].t);
    };
    const step = (sign, by, title) => {
      const button = el("button", "", sign);
      button.type = "button";
      button.title = title;
      button.setAttribute("aria-label", title);
      button.addEventListener("click", () => choose(Number(select.value) + by));
      return button;
    };
    const back = step("‹", -1, "Earlier image"), next = step("›", 1, "Later image");
    select.addEventListener("change", () => choose(Number(select.value)));
    add(box, add(el("div", "row"), back, select, next), note, when,
      pictures.length > 1 ? compareRow : null);
    show(pictures.length - 1);
    return box;
  }

  // --- findings on the map: one pin a place and severity, those begun by the instant shown
  const SEVERITIES = ["critical", "warning", "notice", "info"];
  const pinGroups = SEVERITIES.flatMap((severity, rank) => {
    const own = port.findings.filter((f) => f.severity === severity && f.at && !f.retracted);
    if (!own.length) return [];
    const places = new Map();
    for (const finding of own) {
      const key = finding.at.join();
      places.set(key, [...(places.get(key) || []), finding]);
    }
    const group = L.layerGroup();
    const pins = [...places.values()].map((all) => {
      const face = el("span", `pin severity-${severity}`);
      const mark = L.marker(all[0].at, { keyboard: true, riseOnHover: true, icon: L.divIcon({
        className: "pin-holder", html: face, iconSize: [16, 16], iconAnchor: [8 - 12 * rank, 26] }) });
      popup(mark, () => {
        const begun = all.filter((f) => f.t <= instantShown);
        const items = el("div", "card");
        for (const f of begun.slice(0, 4)) {
          const more = el("a", "", "In the list");
          more.href = `#finding-${f.id}`;
          more.addEventListener("click", (event) => { event.preventDefault(); reveal(f.id); });
          add(items, el("p", "", f.text), el("p", "when", f.when), add(el("p"), more));
        }
        if (begun.length > 4) add(items, el("p", "when", `and ${begun.length - 4} more in the list`));
        return items;
      });
      return { mark, face, all };
    });
    const draw = (instant) => {
      for (const { mark, face, all } of pins) {
        const count = all.filter((f) => f.t <= instant).length;
        if (!count) { group.removeLayer(mark); continue; }
        face.textContent = count > 1 ? String(count) : "";
        const text = `${count} ${severity}: ${all[0].place || "at sea"}`;
        mark.options.title = mark.options.alt = text;
        group.addLayer(mark);
        mark.getElement()?.setAttribute("aria-label", text);
      }
    };
    draw(Infinity);
    toggles.push({ label: `Findings: ${severity} (${own.length})`, group,
      shown: rank < 2, pin: severity });
    return [draw];
  });
  function reveal(id) {
    const item = document.getElementById(`finding-${id}`);
    item.closest("details").open = true;
    document.querySelectorAll(".asked").forEach((node) => node.classList.remove("asked"));
    item.classList.add("asked");
    if (phone.matches) fold(false);
    item.scrollIntoView({ block: "center" });
    item.querySelector(".claim").focus({ preventScroll: true });
  }

  // --- what was not believed, and where anybody was heard at all
  const asides = L.layerGroup(), asideMarks = port.aside.map((a) => ({ t: a.t,
    mark: L.circleMarker(a.at, { radius: 4, className: "aside", renderer: svg.track })
      .bindTooltip(() => el("span", "", `${a.text}, ${minute(a.t)}`), { sticky: true }) }));
  function drawAsides(instant) {
    for (const { t, mark } of asideMarks) {
      if (t <= instant) asides.addLayer(mark); else asides.removeLayer(mark);
    }
  }
  drawAsides(Infinity);
  if (port.aside.length) toggles.push({ label: `Reports not believed (${port.aside.length})`,
    group: asides, shown: false, swatch: "aside" });
  if (port.reception.length) toggles.push({ label: "Where AIS was received", shown: false,
    swatch: "heard", group: L.layerGroup(port.reception.map((c) => L.rectangle(c.bounds, {
      className: "heard", renderer: svg.land, pane: "p-land", fillOpacity: 0.08 + 0.42 * c.share,
    }).bindTooltip(() => el("span", "", c.text), { sticky: true }))) });
  if (port.tiles) toggles.push({ label: "Online map", shown: true, swatch: "place land",
    group: L.tileLayer(port.tiles.url, { maxZoom: 19, zIndex: 1 }) });

  // --- time
  let instantShown = Infinity, standingOf = port.scenes[port.scenes.length - 1];
  const unseenBerths = port.berths.map(() => ({ shade: "not observed", rows: [
    ["State", "not observed"], ["Known", "no image was taken by then"]] }));
  function seek(instant) {
    instantShown = instant;
    for (const ship of watched) ship.draw(instant);
    crowd.seek(instant);
    for (const draw of pinGroups) draw(instant);
    drawAsides(instant);
    pictureAt(instant);
    for (const finding of port.findings) {
      finding.item?.classList.toggle("later", finding.t > instant);
    }
    placeLabels();
  }
  const begun = [...port.ships.map((s) => s.way.t[0]), ...port.scenes.map((s) => s.t)];
  const setSwipe = swipe(map, map.getPane("p-before"), map.getPane("p-scene"));
  let bar = { show: () => {} };

  // --- the panel
  function section(title, open, ...content) {
    const box = el("details", "section");
    box.open = open;
    return add(box, el("summary", "", title), ...content);
  }
  function swatch(className, line) {
    const art = svgEl("svg", { width: 26, height: 14, class: "swatch", "aria-hidden": "true" });
    return add(art, line
      ? svgEl("path", { d: "M2 7H24", class: `${className} track` })
      : svgEl("rect", { x: 2, y: 2, width: 22, height: 10, class: className }));
  }
  function toggle({ label, group, shown, swatch: className, line, pin }) {
    const box = el("input");
    box.type = "checkbox";
    box.checked = shown;
    const apply = () => {
      if (box.checked) group.addTo(map); else group.remove();
      showBerthNames();
      placeLabels();
    };
    box.addEventListener("change", apply);
    if (shown) group.addTo(map);
    return add(el("label", "toggle"), box,
      pin ? el("span", `pin sample severity-${pin}`) : swatch(className, line), el("span", "", label));
  }
  let ring = null;
  function goTo(finding) {
    const close = L.latLngBounds(port.harbour).contains(finding.at) ? 15 : 12;
    if (ring) ring.remove();
    ring = L.circleMarker(finding.at, { radius: 16, className: "ring", renderer: svg.ship,
      interactive: false }).addTo(map);
    if (phone.matches) fold(true);
    map.setView(finding.at, Math.max(map.getZoom(), close), { animate: false });
    L.popup({ maxWidth: 280, offset: [0, -8] }).setLatLng(finding.at)
      .setContent(add(el("div", "card"), el("p", "", finding.text),
        el("p", "when", finding.when))).openOn(map);
  }
  function findingItem(finding) {
    const item = el("li", `finding${finding.retracted ? " retracted" : ""}`);
    item.id = `finding-${finding.id}`;
    finding.item = item;
    const chips = el("span", "chips");
    for (const [className, text] of finding.chips) add(chips, el("span", `chip ${className}`, text));
    const head = el(finding.at ? "button" : "div", "claim");
    if (finding.at) {
      head.type = "button";
      head.title = "Show on the map";
      head.addEventListener("click", () => goTo(finding));
    }
    add(head, el("span", "text", finding.text), el("span", "when", finding.when), chips);
    const proof = finding.evidence.length
      ? add(el("details", "proof"), el("summary", "", `Evidence (${finding.evidence.length})`),
        list("", finding.evidence))
      : null;
    return add(item, head, proof);
  }
  function berthRow(row) {
    const item = el("li"), cells = el("div", "cells");
    add(item, add(el("div", "berth-state"), swatch(`berth ${slug(row.shade)}`),
      el("b", "", row.name)), el("span", "", [row.shade, row.since].filter(Boolean).join(" ")));
    for (const line of row.said) add(item, el("span", "when", line));
    for (const [verdict, text] of row.cells) {
      const cell = el("i", `cell ${verdict}`);
      cell.title = text;
      cell.setAttribute("role", "img");
      cell.setAttribute("aria-label", text);
      add(cells, cell);
    }
    return add(item, cells);
  }
  function panel() {
    const side = el("aside", "panel");
    const handle = el("button", "handle", "Hide list");
    handle.type = "button";
    handle.addEventListener("click", () => fold(!document.body.classList.contains("folded")));
    const head = add(el("header"), el("h1", "", port.title),
      port.asOf.length ? el("p", "as-of", `As of ${port.asOf.join(" · ")}`) : null);
    const state = el("ul", "headline");
    for (const { text, more } of port.headline) {
      const colon = text.indexOf(": ") + 1;
      const story = more.length ? add(el("details", "story"),
        el("summary", "", `How it came to that (${more.length})`), list("", more)) : null;
      add(state, add(el("li"), el("b", "", text.slice(0, colon)),
        el("span", "", text.slice(colon)), story));
    }
    if (port.pages.length) {
      const nav = el("nav", "pages");
      nav.setAttribute("aria-label", "Pages");
      for (const [name, file] of port.pages) {
        const link = el("a", "", name);
        link.href = file;
        add(nav, link);
      }
      add(head, nav);
    }
    add(side, handle, head, state);
    if (port.unseen.length) {
      add(side, section(`Not seen (${port.unseen.length})`, true, list("unseen", port.unseen)));
    }
    if (port.nextLooks.length) {
      add(side, section(`Next looks (${port.nextLooks.length})`, false,
        list("looks", port.nextLooks)));
    }
    if (port.sideBySide.length) {
      add(side, section(`Side by side (${port.sideBySide.length})`, true,
        list("two-sides", port.sideBySide)));
    }
    if (port.berthRows.length) {
      const rows = el("ul", "berth-rows");
      for (const row of port.berthRows) add(rows, berthRow(row));
      add(side, section(`Berths and the last looks at them (${port.berthRows.length})`, false,
        el("p", "when", "A square is a look, the oldest first, coloured as berths are on the map. " +
          "Striped: a hull, and whether it sent AIS is not known. Double frame: a ship by AIS, " +
          "and none in the image. Grey: not observed."), rows));
    }
    const layers = el("div", "layers");
    for (const entry of toggles) add(layers, toggle(entry));
    add(side, section("Layers", !port.shades.length, layers));
    if (port.findings.length || port.shades.length) {
      const items = el("ol", "findings");
      for (const finding of port.findings) add(items, findingItem(finding));
      add(side, section(`Findings (${port.findings.length})`, true, port.findings.length
        ? items : el("p", "empty", "No findings in the time looked at.")));
    }
    return add(side, list("notes", port.notes));
  }
  function legend() {
    const box = el("details", "legend leaflet-bar");
    box.open = !phone.matches;
    add(box, el("summary", "", "Legend"));
    for (const shade of port.shades) {
      add(box, add(el("div"), swatch(`berth ${slug(shade)}`), el("span", "", `berth ${shade}`)));
    }
    add(box, add(el("div"), swatch("ship ship-0", true), el("span", "", "track, AIS received")),
      add(el("div"), swatch("ship ship-0 gap", true), el("span", "", "no AIS received")));
    if (port.scenes.some((s) => s.ships.length)) {
      add(box, add(el("div"), swatch("sighted"), el("span", "", "ship seen in the image")));
    }
    if (watched.some((s) => s.coarse)) {
      add(box, add(el("div"), swatch("ship ship-0 coarse"), el("span", "", "coarse position")));
    }
    if (port.aside.length) {
      add(box, add(el("div"), swatch("aside"), el("span", "", "report not believed")));
    }
    if (others.length) {
      add(box, add(el("div"), swatch("other", true), el("span", "", "other ships")));
    }
    for (const { id, label, places } of port.layers) {
      if (["waiting", "anchorage", "apron", "limit"].includes(id)) {
        add(box, add(el("div"), swatch(`place ${places[0].kind}`, id === "limit"),
          el("span", "", label.toLowerCase())));
      }
    }
    const loudest = SEVERITIES.find((s) => port.findings.some((f) => f.severity === s));
    if (loudest) {
      add(box, add(el("div"), el("span", `pin sample severity-${loudest}`),
        el("span", "", "findings here, how many")));
    }
    return box;
  }
  function views() {
    const box = el("div", "views leaflet-bar");
    for (const [name, bounds] of [["Overview", port.home], ["Harbour", port.harbour]]) {
      const button = el("button", "", name);
      button.type = "button";
      button.addEventListener("click", () => map.fitBounds(bounds, FIT));
      add(box, button);
    }
    return box;
  }
  function scale() {
    const bar = L.control.scale({ position: "bottomleft" });
    // Leaflet's second bar counts feet; at sea it is nautical miles.
    bar._updateImperial = function (metres) {
      const most = metres / 1852, unit = 10 ** Math.floor(Math.log10(most));
      const miles = [5, 2, 1].map((n) => n * unit).find((n) => n <= most);
      this._updateScale(this._iScale, `${Number(miles.toPrecision(1))} nmi`, miles / most);
    };
    bar.addTo(map);
  }
  function control(position, node) {
    const holder = L.control({ position });
    holder.onAdd = () => {
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    };
    holder.addTo(map);
  }

  // --- put it together
  const phone = window.matchMedia("(max-width: 760px)");
  function fold(folded) {
    document.body.classList.toggle("folded", folded);
    document.querySelector(".handle").textContent = folded ? "Show list" : "Hide list";
    if (folded) document.querySelector(".panel").scrollTop = 0;
    map.invalidateSize({ animate: false });
  }
  map.getContainer().after(panel());
  // A message links to its finding; the list is made after the page has looked for it.
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (asked && asked.matches(".finding")) {
    asked.closest("details")?.setAttribute("open", "");
    asked.classList.add("asked");
    asked.scrollIntoView({ block: "center" });
  }
  scale();
  if (JSON.stringify(port.home) !== JSON.stringify(port.harbour)) control("topleft", views());
  if (pictures.length) control("topright", pictureControl());
  if (begun.length && Math.min(...begun) < port.asOfT) {
    bar = timeBar({ from: Math.min(...begun), to: port.asOfT, zone: port.zone, seek });
    map.getContainer().after(bar.bar);
  }
  if (port.shades.length) control("bottomleft", legend());
  const credits = el("div", "credits", port.credits.join(" · "));
  if (port.tiles) {
    add(credits, document.createTextNode(` · ${port.tiles.attribution}`));
    if (port.tiles.terms) {
      const terms = el("a", "", "terms");
      terms.href = port.tiles.terms;
      terms.rel = "noreferrer";
      add(credits, document.createTextNode(" · "), terms);
    }
  }
  control("bottomright", credits);
  // An open card hides what would lie over it: hovering names, and on a phone the controls.
  map.on("popupopen popupclose", (event) => {
    document.body.classList.toggle("reading", event.type === "popupopen");
  });
  map.on("zoomend moveend", () => { showBerthNames(); placeLabels(); });
  map.invalidateSize({ animate: false });
  map.fitBounds(port.home, FIT);
  window.addEventListener("resize", () => map.invalidateSize({ animate: false }));
});
