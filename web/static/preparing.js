// Keeps the percentage of videos that are being prepared, and says when one is ready.
const EVERY_MS = 3000;
const LONGEST_MS = 20 * 60 * 1000; // a page that is left open is no reason to stay signed in

const section = document.getElementById("preparing");
const isShown = document.querySelector(".view img, .view video") !== null;
const end = Date.now() + LONGEST_MS;

function tell({ captureId, state, percent }) {
  const row = section.querySelector(`[data-capture="${CSS.escape(captureId)}"]`);
  if (!row || row.dataset.state === "failed") return;
  if (state === "done") {
    const ready = row.querySelector(".ready");
    if (!isShown) location.assign(ready.querySelector("a").href);
    row.dataset.state = state;
    ready.hidden = false;
    row.querySelectorAll(".waits, progress").forEach((part) => part.remove());
  } else if (state === "failed") {
    location.reload();
  } else {
    row.dataset.state = state;
    row.querySelector(".percent").textContent = `${percent} %`;
    row.querySelector("progress").value = percent;
  }
}

async function look() {
  try {
    const answer = await fetch(section.dataset.url, { headers: { Accept: "application/json" } });
    if (answer.ok) (await answer.json()).items.forEach(tell);
    else if (answer.status < 500) return;
  } catch {
    // Offline: the next look may find the hub again.
  }
  const waits = section.querySelector('[data-state="waiting"], [data-state="running"]');
  if (waits && Date.now() < end) setTimeout(look, EVERY_MS);
}

look();
