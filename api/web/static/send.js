// Sending files to the house: a few at a time, each with its own progress, and again by itself when the line breaks. The key
// of a file is the same for every try, so that a file whose answer was lost on the way is not kept twice. Large files, and those
// whose line broke before the whole of them had left, go in pieces.
import { send, drop } from "./upload.js";

export const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

const atOnce = 3;
const tries = 6;
const triesInPieces = 40; // nothing is lost by waiting: half a minute each, and the count begins again whenever something came through
const inPieces = 4 << 20; // below, sending again is quicker than asking how much is there

// Queue sends jobs {file, params, key} and calls on(job, what, detail): "start", "progress" (0…1), "checking", "kept"
// (document), "refused" (problem), "again" (seconds), "failed", "cancelled", "signed_out", "paused".
export class Queue {
  constructor(on) {
    this.on = on;
    this.waiting = [];
    this.running = new Set();
  }

  get busy() { return this.waiting.length + this.running.size; }

  // fragile reports whether leaving the page would lose something: all but uploads the house remembers.
  get fragile() { return this.waiting.length > 0 || [...this.running].some((job) => !job.url); }

  add(job) {
    job.tries = 0;
    this.waiting.push(job);
    this.next();
  }

  cancel(job) {
    const i = this.waiting.indexOf(job);
    if (i >= 0) this.waiting.splice(i, 1);
    clearTimeout(job.timer);
    job.waits = null;
    job.cancelled = true;
    job.request?.abort();
    drop(job);
    this.running.delete(job);
    this.on(job, "cancelled");
    this.next();
  }

  // pause stops an upload in pieces where it is; add goes on with it.
  pause(job) {
    clearTimeout(job.timer);
    job.waits = null;
    job.paused = true;
    job.request?.abort();
    this.running.delete(job);
    this.on(job, "paused", job.sent);
    this.next();
  }

  next() {
    while (this.running.size < atOnce && this.waiting.length) {
      const job = this.waiting.shift();
      this.running.add(job);
      job.cancelled = job.paused = false;
      this.send(job);
    }
  }

  done(job, what, detail) {
    this.running.delete(job);
    this.on(job, what, detail);
    this.next();
  }

  send(job) {
    if (!job.plain && (job.url || job.file.size >= inPieces || (job.tries > 0 && !job.whole))) return this.sendInPieces(job);
    const x = new XMLHttpRequest();
    job.request = x;
    const query = new URLSearchParams({ file_name: job.file.name, ...job.params });
    x.open("PUT", "/api/v1/documents?" + query);
    x.setRequestHeader("Content-Type", job.file.type || "application/octet-stream");
    x.setRequestHeader("Idempotency-Key", job.key);
    x.setRequestHeader("Accept-Language", document.documentElement.lang);
    x.responseType = "json";
    x.upload.onprogress = (e) => e.lengthComputable && this.on(job, "progress", e.loaded / e.total);
    x.upload.onload = () => {
      job.whole = true; // the house may have it, though its answer is lost: the same request again finds out
      this.on(job, "checking");
    };
    x.onload = () => this.answered(job, x);
    x.onerror = () => this.again(job);
    this.on(job, "start");
    x.send(job.file);
  }

  async sendInPieces(job) {
    const turn = (job.turn = (job.turn ?? 0) + 1); // paused and gone on with: the older run has nothing more to say
    const mine = () => job.turn === turn && !job.cancelled && !job.paused;
    job.fresh = key;
    job.pieces = true;
    this.on(job, "start");
    const out = await send(job, (what, detail) => mine() && this.on(job, what, detail));
    if (!mine() || out.stopped) return;
    if (out.kept) return this.done(job, "kept", out.kept);
    if (out.refused) return this.done(job, "refused", out.refused);
    if (out.signedOut) return this.done(job, "signed_out");
    if (out.plain) {
      job.plain = true;
      return this.send(job);
    }
    this.again(job, out.wait, out.problem);
  }

  answered(job, x) {
    if (job.cancelled) return;
    if (x.status === 201 || x.status === 200) return this.done(job, "kept", x.response);
    if (x.status === 401) return this.done(job, "signed_out");
    if (x.response?.code === "quota_exceeded") return this.done(job, "refused", x.response); // by tomorrow, or by an administrator
    // 409 of this code: an earlier try got through and is still being worked on.
    if (x.status === 429 || x.status >= 500 || x.status === 408 || (x.status === 409 && x.response?.code === "still_running")) {
      return this.again(job, Number(x.getResponseHeader("Retry-After")) || 0, x.response);
    }
    this.done(job, "refused", x.response ?? {});
  }

  // again waits longer each time: a second, two, four …, and at once when the browser says that the line is back.
  again(job, wait = 0, problem = null) {
    if (job.cancelled) return;
    job.tries++;
    if (job.tries >= (job.pieces ? triesInPieces : tries)) return this.done(job, "failed", problem);
    const seconds = Math.max(wait, Math.min(2 ** (job.tries - 1), 30));
    this.on(job, "again", seconds);
    const turn = (job.waits = {}); // paused and gone on with: an older wait has nothing more to say
    const go = () => {
      removeEventListener("online", go);
      if (job.waits !== turn) return;
      job.waits = null;
      clearTimeout(job.timer);
      if (!job.cancelled && !job.paused) this.send(job);
    };
    job.timer = setTimeout(go, seconds * 1000);
    addEventListener("online", go);
  }
}
