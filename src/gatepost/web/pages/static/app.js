// What a page gains from a script. Every page works without it.
"use strict";

const SAID_MS = 2000;

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const label = button.textContent.replace(/^(Show|Hide) /, "");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // A password that is shown when the form goes would be kept by the browser's history of fields.
  field.form?.addEventListener("submit", () => { field.type = "password"; });
  button.textContent = `Show ${label}`;
}

function copyable(button) {
  const field = document.getElementById(button.dataset.copy);
  const said = button.querySelector("[data-said]");
  const before = said.textContent;
  said.setAttribute("role", "status");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied";
    } catch {
      field.select();
      said.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { said.textContent = before; }, SAID_MS);
  });
}

// The theme changes in place, so that nothing typed is lost to a reload.
function themed(form) {
  form.addEventListener("submit", async (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const kept = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (kept?.type !== "opaqueredirect") return;
    document.documentElement.dataset.bsTheme = chosen;
    document.querySelector("meta[name=color-scheme]").content = chosen === "auto" ? "light dark" : chosen;
    for (const button of form.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}

// Work that is watched: the part of the page is fetched anew until it says no more that it is to be.
async function watched(part) {
  const wait = Number(part.dataset.poll) * 1000;
  await new Promise((done) => { setTimeout(done, wait); });
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.redirected) {  // to sign in again, say
    location.reload();
    return;
  }
  const text = answer?.ok ? await answer.text() : null;
  const fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
  if (fresh) {
    const focused = part.contains(document.activeElement);
    part.replaceWith(fresh);
    if (focused) document.getElementById("main").focus();
    for (const button of fresh.querySelectorAll("[data-copy]")) copyable(button);
  }
  if ((fresh || part).dataset.poll) watched(fresh || part);
}

for (const part of document.querySelectorAll("[data-poll]")) watched(part);
for (const button of document.querySelectorAll("[data-reveal]")) reveal(button);
for (const button of document.querySelectorAll("[data-copy]")) copyable(button);
for (const form of document.querySelectorAll("[data-theme-form]")) themed(form);
for (const form of document.querySelectorAll("[data-submit-at-once]")) form.requestSubmit();
