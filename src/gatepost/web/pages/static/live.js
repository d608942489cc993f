// Adds entries to a list as they happen. The list's element says where to listen:
// data-live="/console/activity/stream?…", data-live-cursor (go on from there), data-live-max (rows kept).
// Its <template> is a row; in it data-live-time, data-live-link, data-live-badge, data-live-text="by|reason|ms".
"use strict";

const BADGES = { ok: "ok", warned: "skip", refused: "fail", failed: "fail", unchanged: "plain" };
const AWAY_MS = 60000;
const AGAIN_MS = 15000;
const SAID_EVERY_MS = 15000;
const KNOWN_MAX = 2000;

class Live {
  constructor(root) {
    this.root = root;
    this.max = Number(root.dataset.liveMax || 200);
    this.body = root.querySelector("tbody, [data-live-rows]");
    this.template = root.querySelector("template");
    this.cursor = root.dataset.liveCursor || "";
    this.known = new Set([...root.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
    this.waiting = [];
    this.came = 0;
    this.unsaid = 0;
    this.paused = false;
    this.controls = document.querySelector("[data-live-controls]");
    this.state = document.querySelector("[data-live-state]");
    this.count = document.querySelector("[data-live-count]");
    this.said = document.querySelector("[data-live-said]");
    for (const without of document.querySelectorAll("[data-live-without]")) without.hidden = true;
    if (this.controls) this.steer();
    document.addEventListener("visibilitychange", () => this.seen());
    setInterval(() => this.say(), SAID_EVERY_MS);
    this.listen();
  }

  steer() {
    this.controls.hidden = false;
    const pause = this.controls.querySelector("[data-live-pause]");
    pause.addEventListener("click", () => {
      this.paused = !this.paused;
      pause.setAttribute("aria-pressed", String(this.paused));
      if (!this.paused) for (const entry of this.waiting.splice(0)) this.add(entry);
      this.tell();
    });
    this.controls.querySelector("[data-live-clear]")?.addEventListener("click", () => {
      this.body.replaceChildren();
      this.waiting = [];
      this.came = 0;
      this.tell();
    });
  }

  listen() {
    clearTimeout(this.again);
    this.source?.close();
    const url = new URL(this.root.dataset.live, location.href);
    if (this.cursor) url.searchParams.set("cursor", this.cursor);
    this.source = new EventSource(url);
    this.source.addEventListener("open", () => this.show("Listening", "ok"));
    this.source.addEventListener("entry", (event) => {
      this.keep(event);
      this.take(JSON.parse(event.data));
    });
    this.source.addEventListener("gap", () => {
      const gap = this.root.querySelector("[data-live-gap]");
      if (gap) gap.hidden = false;
    });
    this.source.addEventListener("error", () => this.lost());
  }

  // The browser comes back by itself after a cut, with the cursor; not after a refusal.
  lost() {
    if (this.source.readyState !== EventSource.CLOSED) {
      this.show("Connecting again", "skip");
      return;
    }
    this.show("Not connected. Reload the page if it stays so.", "fail");
    this.again = setTimeout(() => this.listen(), AGAIN_MS);
  }

  // A page that nobody looks at gives its connection back: a browser has few of them.
  seen() {
    clearTimeout(this.away);
    if (document.hidden) {
      this.away = setTimeout(() => { clearTimeout(this.again); this.source.close(); }, AWAY_MS);
    } else if (this.source.readyState === EventSource.CLOSED) {
      this.listen();
    }
  }

  keep(event) {
    if (event.lastEventId) this.cursor = event.lastEventId;
  }

  take(entry) {
    if (this.known.has(entry.id)) return;
    this.known.add(entry.id);
    if (this.known.size > KNOWN_MAX) this.known.delete(this.known.values().next().value);
    this.came += 1;
    this.unsaid += 1;
    if (this.paused) {
      this.waiting.push(entry);
      if (this.waiting.length > this.max) this.waiting.shift();
    } else {
      this.add(entry);
    }
    this.tell();
  }

  add(entry) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    row.dataset.id = entry.id;
    row.classList.add("is-new");
    const time = row.querySelector("[data-live-time]");
    if (time) {
      time.dateTime = entry.at;
      time.title = entry.at;
      time.textContent = `${entry.at.slice(11, 19)} UTC`;
    }
    const link = row.querySelector("[data-live-link]");
    link.textContent = entry.sentence;
    if (entry.href.startsWith("/console/activity/")) link.href = entry.href;
    const badge = row.querySelector("[data-live-badge]");
    if (badge) {
      badge.className = `badge st-${BADGES[entry.result] || "plain"}`;
      badge.textContent = entry.result_said;
    }
    const texts = { by: entry.provider || entry.actor, reason: entry.reason, ms: entry.ms };
    for (const field of row.querySelectorAll("[data-live-text]")) {
      field.textContent = texts[field.dataset.liveText] ?? "–";
    }
    this.body.prepend(row);
    while (this.body.children.length > this.max) this.body.lastElementChild.remove();
    const empty = this.root.querySelector("[data-live-empty]");
    if (empty) empty.hidden = true;
  }

  show(text, kind) {
    if (!this.state) return;
    this.state.textContent = text;
    this.state.className = `badge st-${kind}`;
  }

  tell() {
    if (!this.count) return;
    this.count.textContent = this.paused
      ? `Paused, ${this.waiting.length} new`
      : this.came ? `${this.came} new` : "";
  }

  // Spoken now and then, not for every entry.
  say() {
    if (!this.said || !this.unsaid) return;
    this.said.textContent = `${this.unsaid} new entries`;
    this.unsaid = 0;
  }
}

for (const root of document.querySelectorAll("[data-live]")) new Live(root);
