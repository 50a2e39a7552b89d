// The pages of a paper: arranged here, saved as one new version, or as the papers they are cut into.
import { say, bytes } from "./words.js";
import { composing } from "./frame.js";
import { Queue, key } from "./send.js";
import { Sheets } from "./sheets.js";
import { Grid } from "./grid.js";

const root = document.querySelector("#arrange");
const { id, dossier, kind, agency, access } = root.dataset;
const revision = root.dataset.revision;
const at = (selector) => root.querySelector(selector);
const spoken = at("#pages-say"), alert = at("#pages-alert"), save = at("#save"), sum = at("#pages-sum");
const headers = { "Accept-Language": document.documentElement.lang };

const sheets = new Sheets();
const papers = new Map(); // those pages were inserted of: id → {revision, merge, name}

const acts = {
  turn: (by) => some() && (sheets.turn(by), after(say("pages_did_turn", sheets.chosen.size))),
  remove() {
    const n = sheets.chosen.size;
    if (!some()) return;
    if (sheets.remove()) after(say("pages_did_remove", n));
    else tell(say("pages_keep_one"));
  },
  move: (by) => some() && (sheets.move(by), after(say("pages_did_move", sheets.index(sheets.picked[0].key) + 1))),
  place: (before) => { sheets.place(before); after(say("pages_did_move", sheets.index(sheets.picked[0].key) + 1)); },
  cut() {
    if (root.dataset.split === undefined) return;
    const key = sheets.picked[0]?.key ?? sheets.at;
    if (sheets.cut(key)) after(say("pages_did_cut", sheets.parts.length));
    else tell(say("pages_cut_first"));
  },
  blank() { sheets.blank(); grid.chosen(); },
  all() { sheets.chosen.size === sheets.items.length ? sheets.none() : sheets.all(); grid.mark(); show(); },
  undo() { sheets.undo(); after(say("pages_undone")); },
  redo() { sheets.redo(); after(say("pages_redone")); },
  look,
};
const grid = new Grid(at("#grid"), sheets, acts, show);

function some() {
  if (sheets.chosen.size) return true;
  tell(say("pages_choose"));
  return false;
}

const tell = (text) => { spoken.textContent = text; };

function after(text) {
  grid.draw();
  show();
  tell(text);
}

// show brings the tools in line with what is chosen and changed.
function show() {
  const { chosen, items, parts } = sheets;
  const off = { turn: !chosen.size, remove: !chosen.size, move: !chosen.size, undo: !sheets.past.length, redo: !sheets.coming.length };
  for (const b of root.querySelectorAll("[data-act]")) b.disabled = off[b.dataset.act.split(":")[0]] ?? false;
  const blank = items.filter((x) => x.blank).length;
  at("#blank").hidden = !blank;
  at("#blank-say").textContent = say("pages_blank_found", blank);
  sum.textContent = chosen.size ? say("pages_sum_chosen", items.length, chosen.size) : say("pages_all", items.length);
  const foreign = items.some((x) => x.source !== id);
  save.disabled = saving || !sheets.dirty || (parts.length > 1 && foreign);
  save.textContent = parts.length > 1 ? say("pages_split", parts.length) : say("pages_save");
  at("#pages-note").textContent = parts.length > 1 && foreign ? say("pages_split_foreign") : parts.length > 1 ? say("pages_split_note", parts.length, root.dataset.days) : "";
  at("#pages-note").hidden = parts.length < 2;
}

for (const b of root.querySelectorAll("[data-act]")) {
  const [act, by] = b.dataset.act.split(":");
  b.addEventListener("click", () => acts[act](by && Number(by)));
}
document.addEventListener("keydown", (e) => {
  if (composing(e) || document.querySelector("dialog[open]") || !(e.ctrlKey || e.metaKey) || e.target.matches("input, select, textarea")) return;
  const k = e.key.toLowerCase();
  if (k === "z" && !e.shiftKey) acts.undo();
  else if (k === "y" || (k === "z" && e.shiftKey)) acts.redo();
  else if (e.key === "Enter" && !save.disabled) save.click();
  else return;
  e.preventDefault();
});

// fetched asks for JSON; what is wrong comes back in words.
async function fetched(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { ...headers, ...options.headers } });
  } catch {
    throw { detail: say("pages_no_line") };
  }
  if (answer.status === 401) throw { detail: say("signed_out") };
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw { status: answer.status, ...body };
  return body;
}

// pagesOf lists the pages of a paper as they are now.
async function pagesOf(paper, version, from) {
  const out = [];
  for (let cursor = "0"; cursor; ) {
    const list = await fetched(`/api/v1/documents/${paper}/pages?limit=200&cursor=${cursor}`);
    for (const p of list.items) out.push({ source: paper, from, version, page: p.page, blank: p.content === "blank" });
    cursor = list.next;
  }
  return out;
}

function wrong(problem) {
  alert.hidden = false;
  alert.textContent = problem.detail || say("pages_failed");
  if (problem.status === 412) {
    const a = document.createElement("a");
    a.href = location.pathname;
    a.textContent = say("reload");
    alert.replaceChildren(say("pages_stale") + " ", a);
  }
}
const right = () => { alert.hidden = true; };

// Inserting: the pages of another paper of the dossier, or of a file, which is deposited into it first.
async function insert(paper, name, merge) {
  const room = Number(root.dataset.most) - sheets.items.length;
  const d = await fetched(`/api/v1/documents/${paper}`);
  if (d.state !== "review" && d.state !== "returned") throw { detail: d.state === "quarantined" ? say("pages_quarantined") : say("pages_not_editable") };
  if (d.page_count > room) throw { detail: say("pages_too_many", root.dataset.most) };
  papers.set(paper, { revision: d.revision, merge: merge || papers.get(paper)?.merge });
  sheets.insert(await pagesOf(paper, d.current_version, name));
  after(say("pages_did_insert", d.page_count));
}

const uploads = at("#insert-list");
const queue = new Queue((job, what, detail) => {
  const words = { start: () => say("sending", ""), progress: () => say("sending", Math.round(detail * 100) + "%"), checking: () => say("checking"), again: () => say("offline", Math.round(detail)),
    signed_out: () => say("signed_out"), failed: () => detail?.detail || say("network"), cancelled: () => say("cancelled"),
    refused: () => (detail.code === "duplicate_content" ? say("duplicate") : detail.detail || say("refused")) + " " + [...new Set((detail.findings ?? []).map((f) => f.message))].join(" "),
    kept: () => say("kept") }[what];
  job.row.textContent = job.file.name + ": " + words();
  if (what !== "kept") return;
  waiting.push([detail.id, job.file.name]);
  insertWaiting();
});
const waiting = [];
let inserting = false;
async function insertWaiting() { // one after the other: the pages of a file stay together
  if (inserting) return;
  inserting = true;
  for (let next; (next = waiting.shift()); ) {
    try {
      right();
      await insert(next[0], next[1], true);
    } catch (problem) { wrong(problem); }
  }
  inserting = false;
}
at("#insert-file").addEventListener("change", (e) => {
  for (const file of e.target.files) {
    const row = document.createElement("li");
    uploads.append(row);
    const job = { file, row, key: key(), params: { kind, agency, access, ...(dossier && { dossier }) } };
    if (file.size > Number(root.dataset.max)) queue.on(job, "refused", { detail: say("too_large", bytes(Number(root.dataset.max))) });
    else queue.add(job);
  }
  e.target.value = "";
});
at("#insert-paper")?.addEventListener("click", async () => {
  const choice = at("#f-sibling"), option = choice.selectedOptions[0];
  if (!option?.value) return tell(say("pages_choose_paper"));
  try {
    right();
    await insert(option.value, option.textContent.replace(/ \([^()]*\)$/, ""), at("#f-merge").checked);
  } catch (problem) { wrong(problem); }
});

// Looking at one page.
const dialog = document.querySelector("#look");
function look(item) {
  const img = dialog.querySelector("img");
  img.src = `/api/v1/documents/${item.source}/pages/${item.page}/image?width=1000`;
  img.style.transform = item.turn ? `rotate(${item.turn}deg)` : "";
  dialog.classList.toggle("sideways", item.turn % 180 !== 0);
  img.alt = dialog.querySelector("h2").textContent = say("page", sheets.index(item.key) + 1);
  dialog.showModal();
}
dialog.addEventListener("close", () => grid.focus());

// Saving.
let saving = false;
let attempt = null; // {body, key}: a repeated request of the same content has the same key
const pick = (x) => ({ ...(x.source !== id && { source: x.source }), version: x.version, page: x.page, ...(x.turn && { turn: x.turn }) });
const ask = document.querySelector("#split-ask");

save.addEventListener("click", () => {
  const { parts } = sheets;
  if (parts.length < 2) return send("pages", { pages: sheets.items.map(pick), merge: absorbed() });
  if (parts.length > Number(root.dataset.parts)) return tell(say("pages_too_many_parts", root.dataset.parts));
  ask.querySelector("ol").replaceChildren(...parts.map((part, i) => {
    const li = document.createElement("li");
    li.textContent = say("pages_part", i + 1, part.length) + (part[0].page === 1 ? " · " + say("pages_part_fields") : "");
    return li;
  }));
  ask.showModal();
});
ask.addEventListener("close", () => {
  if (ask.returnValue === "yes") send("split", { parts: sheets.parts.map((part) => part.map(pick)) });
  ask.returnValue = "";
});

// absorbed are the papers that end here: those that shall, and of which a page is left.
function absorbed() {
  const used = new Set(sheets.items.map((x) => x.source));
  return [...papers].filter(([paper, p]) => p.merge && used.has(paper)).map(([paper, p]) => ({ id: paper, revision: p.revision }));
}

async function send(what, body) {
  const text = JSON.stringify(body);
  if (attempt?.text !== text) attempt = { text, key: key() };
  saving = true;
  show();
  tell(say("pages_saving"));
  right();
  try {
    const answer = await fetched(`/api/v1/documents/${id}/${what}`, { method: "POST", body: text,
      headers: { "Content-Type": "application/json", "If-Match": `"r${revision}"`, "Idempotency-Key": attempt.key } });
    leaving = true;
    location.href = what === "split" ? `/documents/${answer.items[0].id}?done=split` : `/documents/${id}?done=arranged`;
  } catch (problem) {
    if (problem.status) attempt = null; // refused, and not kept under its key
    saving = false;
    show();
    tell("");
    wrong(problem);
  }
}

let leaving = false;
addEventListener("beforeunload", (e) => { if (!leaving && (sheets.dirty || queue.busy)) e.preventDefault(); });

try {
  sheets.load(await pagesOf(id, Number(root.dataset.version), ""));
  grid.draw();
  show();
  root.classList.add("ready");
} catch (problem) { wrong(problem); }
