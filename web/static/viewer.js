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
  x = Math.max(-limit(view.clientWidth), Math.min(limit(view.clientWidth), x));
  y = Math.max(-limit(view.clientHeight), Math.min(limit(view.clientHeight), y));
  image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  view.classList.toggle("zoomed", scale > 1);
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
  if ("video" in link.dataset) {
    location.assign(link.href);
    return;
  }
  fit();
  image.src = link.dataset.picture;
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

const actions = {
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
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
      lookingSoon();
    }
  });
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
  image.addEventListener("dblclick", () => (scale > 1 ? fit() : zoom(2.5)));
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

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", actions.print);
});
if (image) listen();
