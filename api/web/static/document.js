// The page of one paper: viewer, fields, panels as tabs, reading as it goes on, keys.
import { say } from "./words.js";
import { composing, letters, typing } from "./frame.js";
import { Viewer } from "./viewer.js";
import { Fields } from "./fields.js";

const root = document.querySelector("#paper");
const viewer = new Viewer(root);
const form = document.querySelector("#fields");
const fields = form && new Fields(root, form, (doc) => showFindings(doc.findings));
const spoken = document.querySelector("#say");

// Panels become tabs; without script they stand one under another.
const tablist = document.querySelector("#tablist");
const panels = [...document.querySelectorAll(".panel")];
tablist.hidden = false;
tablist.setAttribute("role", "tablist");
const buttons = panels.map((panel) => {
  const b = document.createElement("button");
  b.type = "button";
  b.id = panel.id.replace("panel-", "tab-");
  b.setAttribute("role", "tab");
  b.setAttribute("aria-controls", panel.id);
  b.textContent = panel.dataset.tab;
  b.addEventListener("click", () => open(panel));
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", b.id);
  tablist.append(b);
  return b;
});
function open(panel) {
  panels.forEach((p, i) => {
    p.hidden = p !== panel;
    buttons[i].setAttribute("aria-selected", p === panel);
    buttons[i].tabIndex = p === panel ? 0 : -1;
  });
}
tablist.addEventListener("keydown", (e) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!by) return;
  e.preventDefault();
  e.stopPropagation();
  const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
  next.focus();
  next.click();
});
open(panels[0]);

function showFindings(findings = []) {
  const list = document.querySelector("#findings");
  const tone = { info: "quiet", warning: "warn", error: "bad" };
  const rank = ["error", "warning", "info"];
  const once = new Map(); // each thing is said once, with the pages it holds for
  for (const f of findings.toSorted((a, b) => rank.indexOf(a.severity) - rank.indexOf(b.severity))) {
    if (!once.has(f.message)) once.set(f.message, { ...f, pages: new Set() });
    if (f.page) once.get(f.message).pages.add(f.page);
  }
  list.replaceChildren(...[...once.values()].map((f) => {
    const li = document.createElement("li");
    li.className = tone[f.severity] ?? "quiet";
    const level = document.createElement("strong");
    level.className = "level";
    level.textContent = say("severity_" + f.severity);
    const text = document.createElement("span");
    text.textContent = f.message;
    li.append(level, " ", text);
    for (const d of f.papers ?? []) {
      const a = document.createElement("a");
      a.className = "paper-link";
      a.href = "/documents/" + d.id;
      a.textContent = d.title;
      li.append(" ", a);
    }
    const pages = [...f.pages];
    for (const n of pages.slice(0, 6)) {
      const a = document.createElement("a");
      a.href = "?page=" + n;
      a.dataset.page = n;
      a.textContent = say("page", n);
      li.append(" ", a);
    }
    if (pages.length > 6) li.append(" " + say("page_more", pages.length - 6));
    return li;
  }));
  const despite = document.querySelector("#despite");
  if (despite) {
    despite.hidden = !findings.some((f) => f.code === "duplicate_number");
    if (despite.hidden) despite.querySelector("input").checked = false;
  }
  list.hidden = findings.length === 0;
  const box = list.closest(".checks");
  if (box) box.hidden = findings.length === 0;
}

// Reading, as it goes on.
const chip = document.querySelector("#reading");
const bar = document.querySelector("#reading-bar");
const progress = document.querySelector("#reading-progress");
const why = document.querySelector("#reading-why");
const tones = { waiting: "quiet", running: "wait", done: "quiet", partial: "warn", failed: "bad", off: "quiet" };

function reading(r) {
  const busy = r.state === "waiting" || r.state === "running";
  bar.hidden = !busy;
  progress.max = Math.max(r.pages_total, 1);
  progress.value = r.pages_done;
  chip.className = "chip " + (tones[r.state] ?? "quiet");
  if (r.state === "running" || (busy && r.pages_done > 0)) chip.textContent = say("reading", r.pages_done, r.pages_total);
  else if (r.state === "done") chip.textContent = say("read");
  else if (r.state === "partial" || r.state === "failed") chip.textContent = say(r.state);
  why.hidden = !r.reason;
  why.textContent = r.reason ?? "";
  if (!viewer.words.has(viewer.page) && viewer.sheet) viewer.load();
  if (r.linked) link(r.linked);
  fields?.propose(r.proposals ?? [], (place) => viewer.light(place));
}

// A code on a page put the paper into a dossier while it was open here. When nothing but that came between, the forms follow it.
const linked = document.querySelector("#linked");
const linkedPage = document.querySelector("#linked-page");
function link(l) {
  if (!linked?.hidden || Number(root.dataset.revision) !== l.revision - 1) return;
  fields?.link(l.dossier_code, l.revision);
  document.querySelector("#linked-text").textContent = say("linked", l.dossier_code, l.page);
  linkedPage.href = "?page=" + l.page;
  linkedPage.dataset.page = l.page;
  linkedPage.dataset.box = l.box.join(" ");
  linked.hidden = false;
}
linkedPage?.addEventListener("click", (e) => {
  e.preventDefault();
  viewer.light({ page: Number(linkedPage.dataset.page), box: linkedPage.dataset.box.split(" ").map(Number) });
});

const address = `/api/v1/documents/${root.dataset.id}/reading`;
if (["waiting", "running"].includes(root.dataset.state)) {
  const stream = new EventSource(address);
  let last = null;
  stream.addEventListener("reading", (e) => {
    last = JSON.parse(e.data);
    reading(last);
  });
  stream.addEventListener("end", async () => {
    stream.close();
    const copy = document.querySelector("#copy");
    if (copy && ["done", "partial"].includes(last?.state)) copy.hidden = false;
    if (last) spoken.textContent = say("read_say", last.pages_done);
    const answer = await fetch(`/api/v1/documents/${root.dataset.id}`, { headers: { "Accept-Language": document.documentElement.lang } });
    if (answer.ok) showFindings((await answer.json()).findings);
  });
} else if (fields) {
  fetch(address, { headers: { "Accept-Language": document.documentElement.lang } })
    .then((a) => (a.ok ? a.json() : null))
    .then((r) => r && fields.propose(r.proposals ?? [], (place) => viewer.light(place)))
    .catch(() => {});
}

// Whoever goes from paper to paper begins in the first field.
if (form && new URLSearchParams(location.search).get("done")?.endsWith("_next")) form.elements.type?.focus({ preventScroll: true });

// What stands against an act is met where it can be mended: the wrong field of a move, the question about another paper.
const mend = document.querySelector(".move[open] [aria-invalid]") ?? (document.querySelector("main > .note.bad") && document.querySelector("#despite:not([hidden]) input"));
mend?.focus();

// Keys. Nothing fires while a syllable is being composed.
// Enter takes a field and never sends the form on by itself.
form?.addEventListener("keypress", (e) => { if (e.key === "Enter" && e.target.matches("input, select")) e.preventDefault(); });
const order = () => [...form.elements].filter((el) => el.name && el.type !== "hidden" && el.checkVisibility());
document.addEventListener("keydown", (e) => {
  if (composing(e) || document.querySelector("dialog[open]")) return;
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    const go = e.target.closest?.(".move form")?.querySelector("button") ?? document.querySelector("#submit") ?? document.querySelector("[data-move=accept]");
    if (go) {
      e.preventDefault();
      go.form.requestSubmit(go);
    }
    return;
  }
  if (e.key === "Enter" && !e.shiftKey && !e.altKey && form?.contains(e.target) && e.target.name && e.target.type !== "submit") {
    e.preventDefault();
    fields.take(e.target.name);
    const all = order();
    all[all.indexOf(e.target) + 1]?.focus();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || tablist.contains(e.target)) return;
  if (e.key.length === 1 && !letters()) return;
  const back = document.querySelector("[data-open=return]");
  if (e.key === "t" && back) {
    e.preventDefault();
    back.parentElement.open = true;
    back.parentElement.querySelector("textarea").focus();
    return;
  }
  const act = {
    ArrowRight: () => viewer.go(viewer.page + 1), PageDown: () => viewer.go(viewer.page + 1),
    ArrowLeft: () => viewer.go(viewer.page - 1), PageUp: () => viewer.go(viewer.page - 1),
    "+": () => viewer.closer(), "=": () => viewer.closer(), "-": () => viewer.farther(), 0: () => viewer.reset(), r: () => viewer.turn(), w: () => viewer.toggle(),
  }[e.key];
  if (e.key === "f" && form) {
    e.preventDefault();
    order()[0]?.focus();
    return;
  }
  if (act && viewer.sheet) {
    e.preventDefault();
    act();
  }
});
