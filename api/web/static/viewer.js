// The picture of a page with its words laid over it. Words are SVG text without colour, so that they can be selected and
// copied where they stand on the paper; what came from the paper is only ever set as text.
import { say, number, percent } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const unsure = 0.6; // a word below this is tinted
const scales = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

export class Viewer {
  constructor(root) {
    this.id = root.dataset.id;
    this.of = root.dataset.of;
    this.page = Number(root.dataset.page);
    this.count = Number(root.dataset.pages);
    this.terms = terms(root.dataset.q);
    this.stage = root.querySelector("#stage");
    this.sheet = root.querySelector("#sheet");
    this.image = root.querySelector("#image");
    this.position = root.querySelector("#f-page");
    this.say = root.querySelector("#say");
    this.text = root.querySelector("#text");
    this.textOf = root.querySelector("#text-of");
    this.step = scales.indexOf(1);
    this.turned = 0;
    this.words = new Map();
    this.lit = null;
    if (!this.sheet) return;
    this.image.addEventListener("load", () => this.fit());
    this.image.addEventListener("error", () => { this.image.alt = say("image_failed"); });
    new ResizeObserver(() => this.fit()).observe(this.stage);
    const acts = { in: () => this.closer(), out: () => this.farther(), fit: () => this.reset(), turn: () => this.turn(), words: () => this.toggle() };
    for (const b of root.querySelectorAll("[data-view]")) b.addEventListener("click", acts[b.dataset.view]);
    for (const a of root.querySelectorAll("#previous, #next")) {
      a.addEventListener("click", (e) => {
        e.preventDefault();
        this.go(this.page + (a.id === "next" ? 1 : -1));
      });
    }
    root.querySelector("#goto").addEventListener("submit", (e) => {
      e.preventDefault();
      const n = Number(this.position.value);
      if (Number.isInteger(n) && n >= 1 && n <= this.count) this.go(n);
      else this.position.value = this.page;
    });
    root.addEventListener("click", (e) => {
      const a = e.target.closest?.("a[data-page]");
      if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      this.go(Number(a.dataset.page));
    });
    for (const a of root.querySelectorAll("#thumbs a")) {
      const img = new Image();
      img.loading = "lazy";
      img.alt = "";
      img.src = this.imageOf(Number(a.dataset.page), 400);
      img.addEventListener("error", () => img.remove());
      a.prepend(img);
    }
    this.show(true);
  }

  imageOf(n, width) { return `/api/v1/documents/${this.id}/pages/${n}/image?width=${width}&of=${this.of}`; }

  go(n) {
    if (n < 1 || n > this.count || n === this.page) return;
    this.page = n;
    this.show(false);
    const url = new URL(location);
    url.searchParams.set("page", n);
    url.searchParams.delete("done");
    history.replaceState(null, "", url);
  }

  show(first) {
    const n = this.page;
    if (!first) this.image.src = this.imageOf(n, this.width());
    this.image.alt = say("page", n);
    this.position.value = n;
    for (const [id, off] of [["previous", n <= 1], ["next", n >= this.count]]) {
      const a = document.getElementById(id);
      a.classList.toggle("off", off);
      a.toggleAttribute("aria-disabled", off);
      if (off) a.removeAttribute("href");
      else a.href = "?page=" + (n + (id === "next" ? 1 : -1));
    }
    for (const a of document.querySelectorAll("#thumbs a")) {
      const here = Number(a.dataset.page) === n;
      a.toggleAttribute("aria-current", here);
      if (here) {
        a.setAttribute("aria-current", "page");
        if (!first) a.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
    if (!first) {
      this.stage.scrollTo(0, 0);
      this.say.textContent = say("page", n);
    }
    this.load();
    if (n < this.count) new Image().src = this.imageOf(n + 1, this.width());
  }

  // width is how wide a picture to ask for: the sharp one only when it is looked at closely.
  width() { return this.step > scales.indexOf(1.25) ? 1800 : 1000; }

  fit() {
    const { naturalWidth: w, naturalHeight: h } = this.image;
    if (!w) return;
    const room = this.stage.clientWidth - 24;
    const sideways = this.turned % 180 !== 0;
    const wide = room * scales[this.step] * (sideways ? w / h : 1);
    const tall = wide * h / w;
    const s = this.sheet.style;
    s.width = wide + "px";
    s.transformOrigin = this.turned === 180 ? "center" : "top left";
    s.transform = { 0: "", 90: "rotate(90deg) translateY(-100%)", 180: "rotate(180deg)", 270: "rotate(270deg) translateX(-100%)" }[this.turned];
    s.marginRight = sideways ? tall - wide + "px" : "";
    s.marginBottom = sideways ? wide - tall + "px" : "";
  }

  zoom(step) {
    this.step = Math.min(Math.max(step, 0), scales.length - 1);
    document.querySelector("[data-view=fit]").setAttribute("aria-pressed", scales[this.step] === 1);
    const src = this.imageOf(this.page, this.width());
    if (!this.image.src.endsWith(src)) this.image.src = src;
    this.fit();
  }

  closer() { this.zoom(this.step + 1); }
  farther() { this.zoom(this.step - 1); }
  turn() { this.turned = (this.turned + 90) % 360; this.fit(); }

  // reset goes back to an upright page as wide as the stage.
  reset() { this.turned = 0; this.zoom(scales.indexOf(1)); }

  toggle() {
    const b = document.querySelector("[data-view=words]");
    const on = b.getAttribute("aria-pressed") !== "true";
    b.setAttribute("aria-pressed", on);
    if (this.overlay) this.overlay.toggleAttribute("hidden", !on);
  }

  // load fetches the words of the present page; while it is not read yet, the server says 202.
  async load() {
    const n = this.page;
    let page = this.words.get(n);
    if (!page) {
      try {
        const answer = await fetch(`/api/v1/documents/${this.id}/pages/${n}`, { headers: { "Accept-Language": document.documentElement.lang } });
        if (answer.status === 200) {
          page = await answer.json();
          this.words.set(n, page);
        }
      } catch { /* the line is gone; the next look tries again */ }
    }
    if (n === this.page) this.lay(page);
  }

  lay(page) {
    this.overlay?.remove();
    this.overlay = null;
    if (!page || page.words.length === 0) {
      this.text.hidden = true;
      this.textOf.textContent = page ? page.error || say("page_blank") : say("page_waits");
      return;
    }
    this.text.hidden = false;
    this.text.textContent = page.text;
    this.textOf.textContent = say("page_sure", page.number, number(page.words.length), percent(page.confidence));
    const made = page.words.filter((w) => w.repair?.made).length, maybe = page.words.filter((w) => w.repair && !w.repair.made).length;
    if (made + maybe > 0) this.textOf.textContent += " · " + say("page_mended", number(made), number(maybe));
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true"); // the panel of the text says the same, in order
    const hits = found(page.words, this.terms);
    let first = null;
    page.words.forEach((w, i) => {
      const [x0, y0, x1, y1] = w.box;
      const g = document.createElementNS(SVG, "g");
      if (hits.has(i)) g.classList.add("hit");
      else if (w.repair) g.classList.add(w.repair.made ? "mended" : "maybe");
      else if (w.confidence < unsure) g.classList.add("low");
      const rect = this.rect(w.box);
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", x0);
      text.setAttribute("y", y1 - (y1 - y0) * 0.2);
      text.setAttribute("font-size", Math.max(y1 - y0, 1) * 0.9);
      text.setAttribute("textLength", Math.max(x1 - x0, 1));
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      text.textContent = w.text + " ";
      g.append(rect, text);
      if (w.repair) {
        const why = document.createElementNS(SVG, "title");
        const r = w.repair;
        why.textContent = r.made ? say("word_made", r.read, r.better, r.why) : say("word_maybe", r.read, r.better, r.why);
        g.append(why);
      }
      svg.append(g);
      if (hits.has(i)) first ??= rect;
    });
    svg.toggleAttribute("hidden", document.querySelector("[data-view=words]").getAttribute("aria-pressed") !== "true");
    this.overlay = svg;
    this.sheet.append(svg);
    if (first) this.reveal(first);
    if (this.lit) this.light(this.lit);
  }

  rect([x0, y0, x1, y1], name) {
    const r = document.createElementNS(SVG, "rect");
    r.setAttribute("x", x0 - 1);
    r.setAttribute("y", y0 - 1);
    r.setAttribute("width", Math.max(x1 - x0, 1) + 2);
    r.setAttribute("height", Math.max(y1 - y0, 1) + 2);
    if (name) r.classList.add(name);
    return r;
  }

  // reveal scrolls the stage, and only the stage, until el is in sight.
  reveal(el) {
    const look = () => {
      const a = el.getBoundingClientRect(), b = this.stage.getBoundingClientRect();
      if (a.top < b.top || a.bottom > b.bottom) this.stage.scrollTop += a.top - b.top - b.height / 3;
      if (a.left < b.left || a.right > b.right) this.stage.scrollLeft += a.left - b.left - b.width / 3;
    };
    if (this.image.complete && this.image.naturalWidth) requestAnimationFrame(look);
    else this.image.addEventListener("load", () => requestAnimationFrame(look), { once: true });
  }

  // light shows where a proposal was read; null puts the light out.
  light(place) {
    this.lit = place;
    this.overlay?.querySelectorAll("rect.lit").forEach((r) => r.remove());
    if (!place) return;
    if (place.page !== this.page) return this.go(place.page);
    if (!this.overlay) return;
    const r = this.rect(place.box, "lit");
    this.overlay.append(r);
    this.reveal(r);
  }
}

// fold writes a word as people type it in a hurry: no marks, no capitals, nothing around it.
export function fold(s) {
  return s.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐðÐɖƉ]/g, "d").toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

// terms reads a query the way the index does, as far as showing asks for it: phrases, words, beginnings; what is excluded
// or asked of another field is left out.
function terms(q = "") {
  const out = [];
  for (const m of q.matchAll(/(-?)(?:([\p{L}_]+):)?(?:"([^"]*)"|(\S+))/gu)) {
    if (m[1] || m[2]) continue;
    const text = m[3] ?? m[4];
    if (text === "OR") continue;
    const words = text.split(/[\s/.,;–-]+/u).map(fold).filter(Boolean);
    if (words.length) out.push({ words, open: text.endsWith("*") });
  }
  return out;
}

function found(words, wanted) {
  const hits = new Set();
  if (!wanted.length) return hits;
  // A word on paper may hold several of the query's: 1287/QĐ-UBND.
  const tokens = [];
  words.forEach((w, i) => w.text.split(/[\s/.,;–-]+/u).map(fold).filter(Boolean).forEach((t) => tokens.push([t, i])));
  for (const term of wanted) {
    for (let at = 0; at + term.words.length <= tokens.length; at++) {
      const fits = term.words.every((w, k) => (term.open && k === term.words.length - 1 ? tokens[at + k][0].startsWith(w) : tokens[at + k][0] === w));
      if (fits) term.words.forEach((_, k) => hits.add(tokens[at + k][1]));
    }
  }
  return hits;
}
