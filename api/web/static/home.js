// The desk: files dropped, chosen or pasted go in by themselves; the list below looks again while papers are being read.
import { say, bytes } from "./words.js";
import { Queue, key } from "./send.js";
import { drop, fingerprint, remembered } from "./upload.js";
import { Gate } from "./admit.js";
import { composing, typing } from "./frame.js";
import { lists, offer } from "./lists.js";

const form = document.querySelector("#drop");
const jobs = [];

// What does not pass can be kept aside for a checker; a file of a type that is never taken cannot.
const asides = new Set(["unsafe_file", "damaged_file", "encrypted_file", "limits_exceeded"]);

if (form) {
  const field = form.querySelector("#f-file");
  const box = document.querySelector("#uploads");
  const list = document.querySelector("#uploads-list");
  const shape = document.querySelector("#upload-row");
  const sum = document.querySelector("#uploads-sum");
  const all = document.querySelector("#uploads-all");
  const spoken = document.querySelector("#uploads-say");
  const retryAll = document.querySelector("#uploads-retry");
  const clear = document.querySelector("#uploads-clear");

  field.multiple = true;
  const scope = document.querySelector("#scope");
  if (scope) lists().then((l) => offer(scope, l.agencies.filter((a) => a[2]).map(([name, code]) => [code, name])));

  const queue = new Queue((job, what, detail) => {
    const { row } = job;
    const words = row.querySelector(".say");
    const bar = row.querySelector("progress");
    const act = (name, shown) => { row.querySelector(`[data-act=${name}]`).hidden = !shown; };
    const settle = (state) => {
      job.state = state;
      row.classList.remove("done", "bad");
      row.classList.toggle("done", state === "kept");
      row.classList.toggle("bad", state === "bad");
      row.classList.toggle("still", state === "paused" || state === "left");
      for (const name of ["retry", "keep", "aside"]) act(name, false);
      act("cancel", state === "busy" || state === "paused" || state === "left");
      act("pause", state === "busy" && Boolean(job.pieces));
      act("resume", state === "paused");
      act("choose", state === "left");
    };
    switch (what) {
      case "start":
        settle("busy");
        why(row);
        job.sent = job.pieces ? job.sent ?? 0 : 0;
        words.textContent = say("sending", job.sent ? Math.round(job.sent * 100) + "%" : "");
        break;
      case "progress":
        job.sent = detail;
        bar.value = detail;
        words.textContent = say("sending", Math.round(detail * 100) + "%");
        break;
      case "checking":
        job.sent = 1;
        act("pause", false);
        bar.removeAttribute("value");
        words.textContent = say("checking");
        break;
      case "kept": {
        settle("kept");
        const a = document.createElement("a");
        a.href = "/documents/" + detail.id;
        a.textContent = say("kept_open");
        const aside = detail.state === "quarantined";
        row.classList.toggle("aside", aside);
        words.replaceChildren((aside ? say("aside") : say("kept")) + " · ", a);
        if (aside) why(row, reasons(detail.findings?.filter((f) => f.severity === "error")));
        refreshSoon();
        break;
      }
      case "refused":
        settle("bad");
        job.problem = detail;
        words.textContent = detail.code === "duplicate_content" ? say("duplicate") : detail.detail || say("refused");
        if (detail.code === "duplicate_content") {
          act("keep", true);
          if (detail.document) {
            const a = document.createElement("a");
            a.href = "/documents/" + detail.document;
            a.textContent = say("duplicate_see");
            words.append(" ", a);
          }
        } else {
          act("retry", true);
          act("aside", asides.has(detail.code));
        }
        why(row, [...reasons(detail.findings), ...(detail.errors ?? []).map((f) => f.message)].filter((line) => line !== detail.detail));
        break;
      case "again":
        bar.value = job.pieces ? job.sent : 0; // what is there is there
        words.textContent = say("offline", Math.round(detail));
        act("pause", Boolean(job.pieces));
        break;
      case "paused":
      case "left":
        settle(what);
        bar.value = job.sent;
        words.textContent = what === "left" ? say("left", Math.round(job.sent * 100) + "%") : say("paused", Math.round(job.sent * 100) + "%");
        break;
      case "failed":
        settle("bad");
        act("retry", true);
        words.textContent = detail?.detail || say("network");
        break;
      case "signed_out":
        settle("bad");
        act("retry", true);
        words.textContent = say("signed_out");
        break;
      case "cancelled":
        settle("stopped");
        act("retry", true);
        words.textContent = say("cancelled");
        break;
    }
    count();
  });

  function why(row, lines = []) {
    const ul = row.querySelector(".why");
    ul.hidden = lines.length === 0;
    ul.replaceChildren(...[...new Set(lines)].map((line) => {
      const li = document.createElement("li");
      li.textContent = line;
      return li;
    }));
  }

  const unfinished = (j) => ["busy", "paused", "left"].includes(j.state);

  let planned = false;
  function count() {
    if (planned) return; // two hundred files report many times a second; people read once
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      const kept = jobs.filter((j) => j.state === "kept").length;
      const bad = jobs.filter((j) => j.state === "bad").length;
      box.hidden = jobs.length === 0;
      sum.textContent = bad ? say("sum_bad", kept, jobs.length, bad) : say("sum", kept, jobs.length);
      all.value = jobs.reduce((n, j) => n + (j.state === "waiting" ? 0 : unfinished(j) ? (j.sent ?? 0) * 0.9 : 1), 0) / Math.max(jobs.length, 1);
      retryAll.hidden = !jobs.some((j) => j.state === "bad" && !j.problem);
      const open = queue.busy > 0 || jobs.some((j) => j.state === "waiting" || unfinished(j));
      clear.hidden = open || jobs.length === 0;
      if (!open && jobs.length) spoken.textContent = bad ? sum.textContent : say("all_kept", jobs.length);
    });
  }

  function params() {
    const p = {};
    for (const name of ["kind", "dossier", "agency"]) {
      const value = form.elements[name]?.value.trim();
      if (value) p[name] = value;
    }
    return p;
  }

  const gate = new Gate(Number(form.dataset.max));
  let admitting = Promise.resolve();

  // admit sends what may be sent, in the order it was dropped.
  async function admit(job) {
    const no = await gate.refuses(job.file, job.params.agency);
    if (job.cancelled) return;
    if (no) queue.on(job, "refused", no);
    else queue.add(job);
    count();
  }

  // line gives a job its line in the list.
  function line(job) {
    const row = (job.row = shape.content.firstElementChild.cloneNode(true));
    const { name, size } = job.file;
    row.querySelector(".name").textContent = row.querySelector(".name").title = name;
    row.querySelector(".of").textContent = bytes(size);
    row.querySelector(".say").textContent = say("waiting");
    row.querySelector("progress").setAttribute("aria-label", name);
    for (const b of row.querySelectorAll("button")) {
      b.setAttribute("aria-label", `${b.textContent}: ${name}`);
      b.addEventListener("click", () => {
        press(job, b.dataset.act);
        if (b.hidden) row.querySelector("button:not([hidden])")?.focus(); // the keyboard stays where it was
      });
    }
    jobs.push(job);
    list.append(row);
  }

  function press(job, act) {
    switch (act) {
      case "cancel":
        if (job.state !== "left") return queue.cancel(job);
        drop(job);
        jobs.splice(jobs.indexOf(job), 1);
        job.row.remove();
        field.focus();
        return count();
      case "pause": return queue.pause(job);
      case "choose": return field.click();
      case "resume": return again(job);
      case "keep":
        job.params = { ...job.params, allow_duplicate: "true" };
        job.keep = Boolean(job.url); // its bytes wait in the house
        break;
      case "aside": job.params = { ...job.params, on_fault: "quarantine" }; break;
      case "retry": if (job.problem) job.params = params();
    }
    // A refusal is not kept under its key; another wish is another request all the same.
    if (job.problem) job.key = key();
    again(job);
  }

  function take(files) {
    admitting = admitting.then(() => gate.begin(jobs.filter((j) => j.state === "busy" || queue.waiting.includes(j)).map((j) => j.file)));
    for (const file of files) {
      const left = jobs.find((j) => j.state === "left" && j.print === fingerprint(file));
      if (left) { // begun before this page was opened
        left.file = file;
        again(left);
        continue;
      }
      const job = { file, key: key(), params: params(), state: "waiting", sent: 0 };
      line(job);
      admitting = admitting.then(() => admit(job));
    }
    count();
  }

  function again(job) {
    job.problem = null;
    job.state = "waiting";
    job.row.querySelector(".say").textContent = say("waiting");
    for (const b of job.row.querySelectorAll("button")) b.hidden = b.dataset.act !== "cancel";
    queue.add(job);
    count();
  }

  retryAll.addEventListener("click", () => jobs.filter((j) => j.state === "bad" && !j.problem).forEach(again));
  clear.addEventListener("click", () => {
    jobs.length = 0;
    list.replaceChildren();
    spoken.textContent = "";
    count();
  });

  const chosen = () => {
    const files = [...field.files];
    field.value = "";
    if (files.length) take(files);
  };
  field.addEventListener("change", chosen);
  form.addEventListener("submit", (e) => e.preventDefault());

  // The whole page is the mouth: a file let go beside the box must not replace the page.
  let depth = 0;
  const title = document.querySelector("#deposit");
  const asked = title.textContent;
  const over = (on) => {
    form.classList.toggle("over", on);
    title.textContent = on ? say("drop") : asked;
  };
  const carriesFiles = (e) => [...(e.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (e) => { if (carriesFiles(e)) { depth++; over(true); } });
  addEventListener("dragleave", (e) => { if (carriesFiles(e) && --depth <= 0) { depth = 0; over(false); } });
  addEventListener("dragover", (e) => carriesFiles(e) && e.preventDefault());
  addEventListener("drop", async (e) => {
    if (!carriesFiles(e)) return;
    e.preventDefault();
    depth = 0;
    over(false);
    take(await dropped(e.dataTransfer));
  });
  addEventListener("paste", (e) => {
    const files = [...(e.clipboardData?.files ?? [])];
    if (files.length) {
      e.preventDefault();
      take(files);
    }
  });
  addEventListener("beforeunload", (e) => queue.fragile && e.preventDefault());

  // What this browser began and did not end: the same file, chosen again, goes on where it stopped.
  remembered().then((list) => {
    for (const u of list) {
      const job = { file: { name: u.name, size: u.size }, print: u.print, url: u.url, params: u.params, key: key(), pieces: true, sent: u.offset / u.length, at: u.offset };
      line(job);
      queue.on(job, "left");
    }
  });
  chosen(); // on a slow line a file may be chosen before this script is here to hear of it
}

// dropped gives the files of a drop, those of dropped folders too.
async function dropped(transfer) {
  const entries = [...transfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((x) => x.isDirectory)) return [...transfer.files];
  const out = [];
  const walk = async (entry) => {
    if (entry.isFile) return out.push(await new Promise((ok, no) => entry.file(ok, no)));
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((ok, no) => reader.readEntries(ok, no));
      if (!some.length) return;
      for (const x of some) await walk(x);
    }
  };
  for (const x of entries) await walk(x);
  return out.filter((f) => !f.name.startsWith("."));
}

// The list and the counts come from the server as they are; only their nodes are replaced.
let timer;
// reasons says each thing found once, with the pages and objects it was found at.
function reasons(findings = []) {
  const once = new Map();
  for (const f of findings) {
    if (!once.has(f.message)) once.set(f.message, new Set());
    const at = [f.page && say("page", f.page), f.object && say("object", f.object)].filter(Boolean).join(", ");
    if (at) once.get(f.message).add(at);
  }
  return [...once].map(([message, places]) => {
    const shown = [...places].slice(0, 6);
    if (places.size > shown.length) shown.push("…");
    return message + (shown.length ? ` (${shown.join("; ")})` : "");
  });
}

function refreshSoon(wait = 700) {
  clearTimeout(timer);
  timer = setTimeout(refresh, wait);
}

function refresh() {
  if (document.hidden) return refreshSoon(3000);
  const x = new XMLHttpRequest();
  x.open("GET", location.pathname + location.search);
  x.responseType = "document"; // parsed without running anything
  x.onload = () => {
    for (const part of ["#room", "#rows", ".list .tabs"]) {
      const fresh = x.response?.querySelector(part);
      const old = document.querySelector(part);
      if (x.status !== 200 || !fresh || !old || old.contains(document.activeElement)) continue;
      const ticked = new Set([...old.querySelectorAll("input[name=id]:checked")].map((el) => el.value)); // what is chosen stays chosen
      for (const el of fresh.querySelectorAll("input[name=id]")) el.checked = ticked.has(el.value);
      old.replaceWith(document.adoptNode(fresh));
    }
    if (document.querySelector("#rows[data-live]")) refreshSoon(4000);
  };
  x.onerror = () => refreshSoon(10000);
  x.send();
}
if (document.querySelector("#rows[data-live]")) refreshSoon(3000);

// Arrow keys walk the list.
document.addEventListener("keydown", (e) => {
  if (composing(e) || typing(e.target) || e.ctrlKey || e.metaKey || e.altKey || (e.key !== "ArrowDown" && e.key !== "ArrowUp")) return;
  const links = [...document.querySelectorAll("#rows th a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  if (at < 0 && document.activeElement !== document.body && document.activeElement?.id !== "main") return;
  e.preventDefault();
  links[Math.min(Math.max(at + (e.key === "ArrowDown" ? 1 : -1), 0), links.length - 1)].focus();
});
