// The viewer: zoom, drag, and the next picture without leaving the page.
// Without this script every picture is a page of its own and the toolbar's links still work.
"use strict";

const view = document.querySelector(".view");
const image = view?.querySelector("img");
const thumbnails = [...document.querySelectorAll(".strip a")];
const MOST = 8;
const LOOKING_MS = 2500;
const pointers = new Map();
let scale = 1;
let x = 0;
let y = 0;
let idle = 0;

function place() {
  const limit = (size) => (size * (scale - 1)) / 2;
  x = Math.max(-limit(image.offsetWidth), Math.min(limit(image.offsetWidth), x));
  y = Math.max(-limit(image.offsetHeight), Math.min(limit(image.offsetHeight), y));
  image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  view.classList.toggle("zoomed", scale > 1);
  ruler?.draw();
}

function zoom(factor) {
  const before = scale;
  scale = Math.max(1, Math.min(MOST, scale * factor));
  x *= scale / before;
  y *= scale / before;
  place();
}

function fit() {
  scale = 1;
  x = 0;
  y = 0;
  place();
}

function mark(element, current) {
  if (current) element.setAttribute("aria-current", "true");
  else element.removeAttribute("aria-current");
}

function show(at) {
  const link = thumbnails[at];
  if (!link) return;
  if (!image || "video" in link.dataset) {
    location.assign(link.href);
    return;
  }
  fit();
  image.src = link.dataset.picture;
  image.setAttribute("width", link.dataset.width);
  image.setAttribute("height", link.dataset.height);
  if (link.dataset.spacing) image.dataset.spacing = link.dataset.spacing;
  else delete image.dataset.spacing;
  ruler.available();
  image.alt = link.dataset.label;
  document.getElementById("caption").textContent = link.dataset.label;
  document.getElementById("place").textContent = `${at + 1} / ${thumbnails.length}`;
  thumbnails.forEach((other) => mark(other, other === link));
  document.querySelectorAll("[data-facts]").forEach((part) => {
    part.hidden = part.dataset.facts !== String(at + 1);
  });
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
  step("previous", at - 1);
  step("next", at + 1);
  history.replaceState(null, "", link.href);
}

function step(name, at) {
  const link = document.getElementById(name);
  if (!link) return;
  if (thumbnails[at]) {
    link.href = thumbnails[at].href;
    link.removeAttribute("aria-disabled");
  } else {
    link.removeAttribute("href");
    link.setAttribute("aria-disabled", "true");
  }
}

const current = () => thumbnails.findIndex((link) => link.hasAttribute("aria-current"));

function lookingSoon() {
  view.classList.remove("looking");
  clearTimeout(idle);
  idle = setTimeout(() => view.classList.add("looking"), LOOKING_MS);
}

// Measuring: points are kept in pixels of the image, so that the line follows zoom and drag.
// Without Pixel Spacing a length is in pixels, never in millimetres.
class Ruler {
  constructor() {
    this.on = false;
    this.points = [];
    this.cross = null;
    this.button = document.querySelector('[data-action="measure"]');
    this.unit = document.getElementById("unit");
    this.said = document.getElementById("measured");
    const make = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
    this.svg = make("svg");
    this.svg.classList.add("ruler");
    this.svg.setAttribute("aria-hidden", "true");
    this.path = make("path");
    this.svg.append(this.path);
    image.after(this.svg);
  }

  get spacing() {
    return image.dataset.spacing?.split(" ").map(Number);
  }

  // The picture inside its element, which object-fit: contain centres.
  frame() {
    const box = image.getBoundingClientRect();
    const [width, height] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
    const factor = Math.min(box.width / width, box.height / height);
    const left = box.left + (box.width - width * factor) / 2;
    const top = box.top + (box.height - height * factor) / 2;
    return { left, top, factor, width, height };
  }

  toggle(on = !this.on) {
    this.on = on;
    this.points = [];
    this.cross = null;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.said.textContent = this.on ? "Click two points, or use arrow keys and Enter" : "";
    view.classList.toggle("measuring", this.on);
    this.draw();
  }

  available() {
    this.unit.textContent = this.spacing ? "mm" : "px";
    this.toggle(false);
  }

  click(event) {
    const { left, top, factor, width, height } = this.frame();
    const point = { x: (event.clientX - left) / factor, y: (event.clientY - top) / factor };
    if (point.x >= 0 && point.y >= 0 && point.x <= width && point.y <= height) this.set(point);
  }

  move(dx, dy, far) {
    const { factor, width, height } = this.frame();
    const by = (far ? 20 : 2) / factor;
    const from = this.cross ?? { x: width / 2, y: height / 2 };
    this.cross = {
      x: Math.max(0, Math.min(width, from.x + dx * by)),
      y: Math.max(0, Math.min(height, from.y + dy * by)),
    };
    this.draw();
  }

  set(point) {
    this.points = this.points.length === 1 ? [this.points[0], point] : [point];
    this.draw();
    if (this.points.length < 2) return;
    const [[row, column], [a, b]] = [this.spacing ?? [1, 1], this.points];
    const length = Math.hypot((b.x - a.x) * column, (b.y - a.y) * row);
    this.said.textContent = this.spacing ? `${length.toFixed(1)} mm` : `${Math.round(length)} pixels, no scale`;
  }

  key(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) this.move(...way, event.shiftKey);
    else if (event.key === "Enter" && this.cross) this.set({ ...this.cross });
    else if (event.key === "Escape") this.toggle(false);
    else return false;
    return true;
  }

  draw() {
    const { left, top, factor } = this.frame();
    const stage = view.getBoundingClientRect();
    const place = ({ x, y }) => [left - stage.left + x * factor, top - stage.top + y * factor];
    const cross = (point) => {
      const [px, py] = place(point);
      return `M${px - 8} ${py}h16M${px} ${py - 8}v16`;
    };
    const parts = [...this.points, ...(this.cross ? [this.cross] : [])].map(cross);
    if (this.points.length === 2) parts.push(`M${this.points.map((p) => place(p).join(" ")).join("L")}`);
    this.path.setAttribute("d", this.on ? parts.join("") : "");
  }
}

const ruler = image ? new Ruler() : null;

const actions = {
  measure: () => ruler.toggle(),
  "zoom-in": () => zoom(1.5),
  "zoom-out": () => zoom(1 / 1.5),
  fit,
  print: () => window.print(),
};

const keys = {
  ArrowLeft: () => show(current() - 1),
  ArrowRight: () => show(current() + 1),
  "+": actions["zoom-in"],
  "=": actions["zoom-in"],
  "-": actions["zoom-out"],
  0: fit,
  m: actions.measure,
};

function onPointerMove(event) {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const others = [...pointers.entries()].filter(([id]) => id !== event.pointerId);
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (others.length === 1) {
    const other = others[0][1];
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    zoom(Math.hypot(event.clientX - other.x, event.clientY - other.y) / (was || 1));
  } else {
    x += event.clientX - before.x;
    y += event.clientY - before.y;
    place();
  }
}

function listen() {
  document.querySelectorAll("[data-action]").forEach((button) => {
    button.closest("li").hidden = false;
    button.addEventListener("click", actions[button.dataset.action]);
  });
  thumbnails.forEach((link, at) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(at);
    });
  });
  for (const [id, by] of [["previous", -1], ["next", 1]]) {
    document.getElementById(id)?.addEventListener("click", (event) => {
      event.preventDefault();
      show(current() + by);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, dialog")) return;
    // Enter on another button is its own; on the ruler's it sets the point once there is a cross.
    const other = event.target.closest("a, button");
    const isOthers = event.key === "Enter" && other && !(other === ruler.button && ruler.cross);
    if (ruler.on && !isOthers && ruler.key(event)) {
      event.preventDefault();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
      lookingSoon();
    }
  });
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
  ruler.available();
  addEventListener("resize", () => ruler.draw());
  image.addEventListener("click", (event) => ruler.on && ruler.click(event));
  image.addEventListener("dblclick", () => !ruler.on && (scale > 1 ? fit() : zoom(2.5)));
  image.addEventListener("dragstart", (event) => event.preventDefault());
  image.addEventListener("pointerdown", (event) => {
    image.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  image.addEventListener("pointermove", onPointerMove);
  for (const name of ["pointerup", "pointercancel"]) {
    image.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  for (const name of ["pointermove", "focusin"]) view.addEventListener(name, lookingSoon);
  lookingSoon();
}

// On a video's page the arrows are the player's own while it has the focus.
function besidePlayer(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, dialog, video")) return;
  event.preventDefault();
  show(current() + by);
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", actions.print);
});
if (image) listen();
else document.addEventListener("keydown", besidePlayer);
