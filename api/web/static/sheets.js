// The pages of a paper as they shall be: in what order, how turned, where cut into papers of their own. Nothing here knows of
// the screen. A page is never changed, only replaced, so that a step back is the list as it was.

const steps = 200; // how far back

export class Sheets {
  constructor() {
    this.items = []; // {key, source, from, version, page, turn, blank}
    this.cuts = new Set(); // keys of pages that begin a paper of their own
    this.chosen = new Set();
    this.at = null; // the page the keyboard is on
    this.anchor = null; // where a range began
    this.past = [];
    this.coming = [];
    this.saved = [];
    this.keys = 0;
  }

  make(page) { return { turn: 0, ...page, key: ++this.keys }; }

  // load sets what the paper has now.
  load(pages) {
    this.saved = this.items = pages.map((p) => this.make(p));
    this.at = this.items[0]?.key ?? null;
  }

  index(key) { return this.items.findIndex((x) => x.key === key); }
  get picked() { return this.items.filter((x) => this.chosen.has(x.key)); }
  get dirty() {
    return this.cuts.size > 0 || this.items.length !== this.saved.length || this.items.some((x, i) => x.key !== this.saved[i].key || x.turn !== this.saved[i].turn);
  }

  // change does something that can be undone.
  change(items, cuts = this.cuts) {
    this.past.push({ items: this.items, cuts: this.cuts });
    if (this.past.length > steps) this.past.shift();
    this.coming = [];
    this.set(items, cuts);
  }

  set(items, cuts) {
    const there = new Set(items.map((x) => x.key));
    this.items = items;
    this.cuts = new Set([...cuts].filter((k) => there.has(k) && k !== items[0]?.key));
    this.chosen = new Set([...this.chosen].filter((k) => there.has(k)));
    if (!there.has(this.at)) this.at = items[0]?.key ?? null;
    if (!there.has(this.anchor)) this.anchor = null;
  }

  step(from, to) {
    const state = from.pop();
    if (!state) return;
    to.push({ items: this.items, cuts: this.cuts });
    this.set(state.items, state.cuts);
  }
  undo() { this.step(this.past, this.coming); }
  redo() { this.step(this.coming, this.past); }

  only(key) { this.chosen = new Set([key]); this.at = this.anchor = key; }
  toggle(key) {
    if (!this.chosen.delete(key)) this.chosen.add(key);
    this.at = this.anchor = key;
  }
  range(key) {
    const a = Math.max(this.index(this.anchor ?? this.at), 0), b = this.index(key);
    this.chosen = new Set(this.items.slice(Math.min(a, b), Math.max(a, b) + 1).map((x) => x.key));
    this.anchor ??= this.items[a].key;
    this.at = key;
  }
  all() { this.chosen = new Set(this.items.map((x) => x.key)); }
  none() { this.chosen = new Set(); }
  blank() {
    this.chosen = new Set(this.items.filter((x) => x.blank).map((x) => x.key));
    this.at = this.anchor = [...this.chosen][0] ?? this.at;
  }

  turn(by) { this.change(this.items.map((x) => (this.chosen.has(x.key) ? { ...x, turn: (x.turn + by + 360) % 360 } : x))); }

  // remove takes the chosen pages out; a paper keeps at least one.
  remove() {
    const left = this.items.filter((x) => !this.chosen.has(x.key));
    if (!left.length) return false;
    const at = this.index(this.picked[0]?.key);
    // What began a paper hands that on to the page behind it.
    const cuts = new Set(this.cuts);
    for (const k of this.cuts) {
      const heir = this.chosen.has(k) && this.items.slice(this.index(k)).find((x) => !this.chosen.has(x.key));
      if (heir) cuts.add(heir.key);
    }
    this.change(left, cuts);
    this.at = left[Math.min(Math.max(at, 0), left.length - 1)].key;
    return true;
  }

  // move shifts the chosen pages by one place, each past the next that is not chosen.
  move(by) {
    const list = [...this.items];
    const order = list.map((_, i) => (by < 0 ? i : list.length - 1 - i));
    let moved = false;
    for (const i of order) {
      const to = i + by;
      if (!this.chosen.has(list[i].key) || !list[to] || this.chosen.has(list[to].key)) continue;
      [list[i], list[to]] = [list[to], list[i]];
      moved = true;
    }
    if (moved) this.change(list);
  }

  // place puts the chosen pages before a page, or at the end.
  place(before) {
    if (this.chosen.has(before)) return;
    const rest = this.items.filter((x) => !this.chosen.has(x.key));
    const at = before === null ? rest.length : rest.findIndex((x) => x.key === before);
    const list = [...rest.slice(0, at), ...this.picked, ...rest.slice(at)];
    if (list.some((x, i) => x.key !== this.items[i].key)) this.change(list);
  }

  // insert puts new pages behind the last chosen one, or at the end.
  insert(pages) {
    const made = pages.map((p) => this.make(p));
    const last = this.items.findLastIndex((x) => this.chosen.has(x.key));
    const at = last < 0 ? this.items.length : last + 1;
    this.change([...this.items.slice(0, at), ...made, ...this.items.slice(at)]);
    this.chosen = new Set(made.map((x) => x.key));
    this.at = this.anchor = made[0]?.key ?? this.at;
  }

  // cut begins a paper at a page, or joins it to the one before.
  cut(key) {
    if (this.index(key) <= 0) return false;
    const cuts = new Set(this.cuts);
    if (!cuts.delete(key)) cuts.add(key);
    this.change(this.items, cuts);
    return true;
  }

  // parts are the papers that come of it.
  get parts() {
    const out = [];
    for (const x of this.items) {
      if (!out.length || this.cuts.has(x.key)) out.push([]);
      out.at(-1).push(x);
    }
    return out;
  }
}
