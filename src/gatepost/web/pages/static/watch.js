// Looks at the page again while something is waited for, and takes in what has changed.
// The page says how often (`data-watch`, in seconds; nothing: no longer) and which parts are
// fresh (`data-fresh`, by their ids). Without it there is a link that looks again.
"use strict";

const LOOKS_MAX = 200;

async function look(watch, looks) {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return say("; you are signed out now, load this page again");
  if (!answer?.ok) return schedule(watch, looks);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(part.id);
    // What is the same stays: nothing is announced anew, and the focus is not lost.
    if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
  }
  watch.dataset.watch = page.querySelector("[data-watch]")?.dataset.watch ?? "";
  schedule(watch, looks);
}

function say(more) {
  const looked = document.getElementById("looked");
  if (looked) looked.textContent += more;
}

function schedule(watch, looks) {
  const seconds = Number(watch.dataset.watch);
  if (!seconds || looks >= LOOKS_MAX) return;
  setTimeout(() => (document.hidden ? schedule(watch, looks) : look(watch, looks + 1)), seconds * 1000);
}

for (const watch of document.querySelectorAll("[data-watch]")) schedule(watch, 0);
