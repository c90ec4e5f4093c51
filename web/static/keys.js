// Keyboard on every page: "/" goes to search, arrows walk through results, "?" lists the keys.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

const showKeys = () => document.getElementById("keys")?.showModal();

function focusSearch() {
  const box = document.getElementById("q");
  if (box) {
    box.focus();
    box.select();
  } else {
    location.assign("/");
  }
}

// How many results stand in the first row, so that up and down stay in their column.
function columnsOf(results) {
  const top = results[0].offsetTop;
  return results.filter((result) => result.offsetTop === top).length;
}

function walk(key) {
  const results = [...document.querySelectorAll("[data-result]")];
  if (results.length === 0) return false;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columnsOf(results), ArrowDown: columnsOf(results) }[key];
  const at = results.indexOf(document.activeElement);
  if (at === -1 && document.activeElement !== document.body) return false;
  const next = results[at === -1 ? 0 : Math.min(Math.max(at + step, 0), results.length - 1)];
  next.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    focusSearch();
  } else if (event.key === "?") {
    showKeys();
  } else if (event.key.startsWith("Arrow") && walk(event.key)) {
    event.preventDefault();
  }
});

document.querySelectorAll("[data-show-keys]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", showKeys);
});

// A menu closes when the person goes on elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.account[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

document.querySelector("[data-takes-focus]")?.focus();
