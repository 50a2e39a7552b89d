// Large files go to the house in pieces (tus 1.0.0): when the line breaks, only what is missing is sent again. What is under way
// is remembered in this browser, so that after a reload the same file can be chosen again and goes on.

const base = "/api/v1/uploads";
const silence = 60000; // a line that takes nothing for so long is dead, whatever the browser thinks
const kept = "sohoa-uploads";
const day = 24 * 3600 * 1000;

const b64 = (s) => btoa(Array.from(new TextEncoder().encode(s), (b) => String.fromCharCode(b)).join(""));
export const fingerprint = (file) => [file.name, file.size, file.lastModified].join("|");

// memory is what this browser knows of uploads that are not over. A browser that remembers nothing only loses the way back.
export const memory = {
  all() {
    try {
      const list = Object.entries(JSON.parse(localStorage.getItem(kept)) ?? {});
      return new Map(list.filter(([, u]) => u && typeof u.url === "string" && u.url.startsWith(base + "/") && u.at > Date.now() - day));
    } catch {
      return new Map();
    }
  },
  change(fn) {
    try {
      const m = this.all();
      fn(m);
      localStorage.setItem(kept, JSON.stringify(Object.fromEntries(m)));
    } catch { /* full, or forbidden */ }
  },
  get(file) { return this.all().get(fingerprint(file)); },
  keep(job) {
    const { name, size, lastModified } = job.file;
    this.change((m) => m.set(fingerprint(job.file), { url: job.url, params: job.params, name, size, lastModified, at: Date.now() }));
  },
  forget(url) { this.change((m) => m.forEach((u, f) => u.url === url && m.delete(f))); },
};

// ask sends one request and resolves to its XMLHttpRequest, answered or not (status 0). Progress is called with the bytes that
// have left. The request stands in job.request, where it can be aborted.
function ask(job, method, path, headers = {}, body = null, progress = null) {
  return new Promise((resolve) => {
    const x = new XMLHttpRequest();
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => x.abort(), silence);
    };
    const over = () => {
      clearTimeout(timer);
      resolve(x);
    };
    job.request = x;
    x.open(method, path);
    x.responseType = "json";
    x.setRequestHeader("Accept-Language", document.documentElement.lang);
    if (method !== "GET") x.setRequestHeader("Tus-Resumable", "1.0.0");
    for (const [name, value] of Object.entries(headers)) x.setRequestHeader(name, value);
    if (body?.size) {
      x.upload.onprogress = (e) => {
        watch();
        progress(e.loaded);
      };
      x.upload.onload = () => clearTimeout(timer); // it is all there; what the house does with it takes its time
      watch();
    }
    x.onload = x.onerror = x.onabort = over;
    x.send(body);
  });
}

const metadata = (job) => Object.entries({ filename: job.file.name, filetype: job.file.type || "application/octet-stream", ...job.params })
  .filter(([, v]) => v).map(([k, v]) => k + " " + b64(v)).join(",");

// Outcomes of send: {kept}, {refused}, {again, wait, problem}, {signedOut}, {plain: true} where the house takes no pieces, and
// {stopped: true} when job.cancelled or job.paused was set meanwhile.
const broke = (x) => ({ again: true, wait: Number(x?.getResponseHeader("Retry-After")) || 0, problem: x?.response ?? null });

function judge(job, x) {
  const code = x.response?.code;
  if (x.status === 401) return { signedOut: true };
  if (code === "no_uploads") return { plain: true };
  if (job.url && (x.status === 404 || x.status === 410)) {
    lose(job); // expired: from the start, under another key
    job.key = job.fresh();
    return broke(x);
  }
  if (code === "quota_exceeded") return { refused: x.response }; // by tomorrow, or by an administrator; the bytes wait
  if (x.status === 0 || x.status >= 500 || [408, 421, 423, 429].includes(x.status) || ["offset_mismatch", "upload_superseded", "still_running", "busy", "incomplete_body"].includes(code)) return broke(x);
  return refused(job, x.response ?? {});
}

// refused is the end, and the house has thrown the bytes away; those of a duplicate wait for a word.
function refused(job, problem) {
  if (problem.code !== "duplicate_content") lose(job);
  return { refused: problem };
}

function lose(job) {
  memory.forget(job.url);
  job.url = null;
}

// One tab at a time sends a file; where the browser has no locks, the house lets the newest win.
const lock = (file) => "sohoa-upload " + fingerprint(file);
const alone = (file, fn) => (navigator.locks ? navigator.locks.request(lock(file), fn) : fn());

// send brings a job as far as its line holds. Tell is called with "progress" (0…1) and "checking".
export const send = (job, tell) => alone(job.file, () => go(job, tell));

async function go(job, tell) {
  const stopped = () => job.cancelled || job.paused;
  if (stopped()) return { stopped: true };
  if (!job.url) {
    const x = await ask(job, "POST", base, { "Upload-Length": job.file.size, "Upload-Metadata": metadata(job), "Idempotency-Key": job.key });
    if (x.status !== 201) return stopped() ? { stopped: true } : judge(job, x);
    job.url = x.getResponseHeader("Location");
    memory.keep(job);
    if (job.cancelled) drop(job);
  }
  if (stopped()) return { stopped: true };
  let at = job.file.size; // a duplicate that is to be kept is all there
  let where = null;
  if (!job.keep) {
    const x = await ask(job, "HEAD", job.url);
    if (stopped()) return { stopped: true };
    if (x.status !== 200) return told(job, x);
    at = Number(x.getResponseHeader("Upload-Offset"));
    where = x.getResponseHeader("Content-Location");
    if (at > (job.at ?? 0)) job.tries = 0; // it gets on
    job.at = at;
  }
  if (!where) {
    tell("progress", at / job.file.size);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": at };
    if (job.keep) headers["Upload-Metadata"] = "allow_duplicate " + b64("true");
    const x = await ask(job, "PATCH", job.url, headers, job.file.slice(at), (n) => {
      tell("progress", (at + n) / job.file.size);
      if (at + n >= job.file.size) tell("checking");
    });
    if (stopped()) return { stopped: true };
    if (x.status !== 204) return judge(job, x);
    where = x.getResponseHeader("Content-Location");
  }
  return became(job, where);
}

// told asks an upload for the words of its refusal: the answer to HEAD has none.
async function told(job, head) {
  if (head.status < 400 || head.status >= 500 || [401, 404, 410, 421, 423, 429].includes(head.status)) return judge(job, head);
  const x = await ask(job, "GET", job.url);
  return x.status === 200 && x.response?.problem ? refused(job, x.response.problem) : judge(job, x.status === 200 ? head : x);
}

async function became(job, where) {
  const x = where ? await ask(job, "GET", where) : null;
  if (x?.status === 200) {
    memory.forget(job.url);
    return { kept: x.response };
  }
  const y = await ask(job, "GET", job.url);
  if (y.status !== 200 || !y.response?.document) return broke(y);
  memory.forget(job.url);
  return { kept: { id: y.response.document, state: y.response.quarantined ? "quarantined" : "review", findings: y.response.findings } };
}

// drop ends an upload in the house. One that is not heard of expires by itself.
export function drop(job) {
  if (!job.url) return;
  const url = job.url;
  lose(job);
  fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" }, keepalive: true }).catch(() => {});
}

// remembered tells of the uploads this browser began and that are not over: {url, name, size, params, offset, length}. What
// the house knows nothing of, or not of this person, is forgotten; what ended meanwhile too, it stands in the list of papers.
export async function remembered() {
  const out = [];
  const held = (await navigator.locks?.query())?.held.map((l) => l.name) ?? [];
  for (const [print, u] of memory.all()) {
    if (held.includes("sohoa-upload " + print)) continue; // another tab is at it
    const r = await fetch(u.url, { headers: { "Accept-Language": document.documentElement.lang } }).catch(() => null);
    if (!r) continue; // no line: perhaps later
    if (r.status === 404 || r.status === 410) memory.forget(u.url);
    if (r.status !== 200) continue;
    const st = await r.json();
    if (st.document || st.problem) memory.forget(u.url);
    else out.push({ ...u, print, offset: st.offset, length: st.length });
  }
  return out;
}
