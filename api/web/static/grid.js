// The pages as small pictures: chosen by mouse, finger or keyboard, dragged, shown turned and in the papers they will make.
import { say } from "./words.js";
import { composing, letters } from "./frame.js";

const width = 400;

export class Grid {
  // acts are what keys do: turn(by), remove(), move(by), cut(), undo(), redo(), look(item).
  constructor(root, sheets, acts, changed) {
    Object.assign(this, { root, sheets, acts, changed });
    this.nodes = new Map();
    root.addEventListener("click", (e) => this.click(e));
    root.addEventListener("dblclick", (e) => {
      const item = this.itemOf(e.target);
      if (item) acts.look(item);
    });
    root.addEventListener("keydown", (e) => this.key(e));
    root.addEventListener("keyup", (e) => {
      if (e.key === "Enter" && this.entered) acts.look(sheets.items[sheets.index(sheets.at)]);
      this.entered = false;
    });
    for (const kind of ["dragstart", "dragover", "dragleave", "drop", "dragend"]) root.addEventListener(kind, (e) => this[kind](e));
  }

  itemOf(el) {
    const node = el.closest?.("[role=option]");
    return node && this.sheets.items[this.sheets.index(Number(node.dataset.key))];
  }

  // draw brings the nodes in line with the pages. Nodes stay with their page, so that pictures are not fetched again.
  draw() {
    const { sheets, root } = this;
    const focused = root.contains(document.activeElement);
    const parts = sheets.parts;
    const groups = [];
    let n = 0;
    parts.forEach((part, i) => {
      const group = document.createElement("div");
      group.className = "part";
      group.setAttribute("role", "group");
      const name = parts.length > 1 ? say("pages_part", i + 1, part.length) : say("pages_all", part.length);
      group.setAttribute("aria-label", name);
      if (parts.length > 1) {
        const head = document.createElement("p");
        head.className = "part-name";
        head.setAttribute("aria-hidden", "true");
        head.textContent = name;
        group.append(head);
      }
      for (const item of part) group.append(this.node(item, ++n));
      groups.push(group);
    });
    root.classList.toggle("cut", parts.length > 1);
    root.replaceChildren(...groups);
    const live = new Set(sheets.items.map((x) => x.key));
    for (const key of this.nodes.keys()) if (!live.has(key)) this.nodes.delete(key);
    this.mark();
    if (focused) this.focus();
  }

  // mark shows what is chosen, without touching anything else.
  mark() {
    const { sheets } = this;
    for (const [key, { node }] of this.nodes) {
      node.setAttribute("aria-selected", sheets.chosen.has(key));
      node.tabIndex = key === sheets.at ? 0 : -1;
    }
  }

  focus() { this.nodes.get(this.sheets.at)?.node.focus(); }

  node(item, n) {
    let have = this.nodes.get(item.key);
    if (!have) {
      const node = document.createElement("div");
      node.className = "leaf";
      node.setAttribute("role", "option");
      node.dataset.key = item.key;
      node.draggable = true;
      const frame = document.createElement("span");
      frame.className = "frame";
      const img = new Image();
      img.loading = "lazy";
      img.alt = "";
      img.draggable = false;
      img.src = `/api/v1/documents/${item.source}/pages/${item.page}/image?width=${width}`;
      frame.append(img);
      const foot = document.createElement("span");
      foot.className = "foot";
      node.append(frame, foot);
      this.nodes.set(item.key, (have = { node, img, foot, said: "" }));
    }
    const said = `${n}/${item.turn}`;
    if (have.said !== said) {
      have.said = said;
      have.img.style.transform = item.turn ? `rotate(${item.turn}deg)` : "";
      const what = document.createElement("span"); // the name of the page is what stands on it
      what.className = "away";
      what.textContent = say("page", "");
      const number = document.createElement("strong");
      number.textContent = n;
      const notes = [item.blank && say("pages_blank"), item.from && say("pages_from", item.from), item.turn && say("pages_turned", item.turn)].filter(Boolean);
      have.foot.replaceChildren(what, number, ...notes.map((text, i) => {
        const chip = document.createElement("span");
        chip.className = "chip " + (item.blank && i === 0 ? "warn" : "quiet");
        chip.textContent = text;
        return chip;
      }));
    }
    return have.node;
  }

  click(e) {
    const item = this.itemOf(e.target);
    if (!item) return;
    const { sheets } = this;
    if (e.shiftKey) sheets.range(item.key);
    else if (e.ctrlKey || e.metaKey || e.pointerType === "touch") sheets.toggle(item.key);
    else sheets.only(item.key);
    this.chosen();
  }

  chosen() {
    this.mark();
    this.focus();
    this.changed();
  }

  // across is how many pages stand side by side.
  across() {
    const all = [...this.root.querySelectorAll("[role=option]")];
    const top = all[0]?.offsetTop;
    const n = all.findIndex((x) => x.offsetTop !== top);
    return n < 0 ? all.length : n;
  }

  key(e) {
    if (composing(e) || e.altKey) return;
    const { sheets, acts } = this;
    const ctrl = e.ctrlKey || e.metaKey;
    const at = sheets.index(sheets.at), last = sheets.items.length - 1;
    const go = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - this.across(), ArrowDown: at + this.across(), Home: 0, End: last }[e.key];
    let done = true;
    if (go !== undefined && ctrl && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
      if (!sheets.chosen.size) sheets.only(sheets.at);
      acts.move(e.key === "ArrowLeft" ? -1 : 1);
    } else if (go !== undefined) {
      const key = sheets.items[Math.min(Math.max(go, 0), last)].key;
      if (e.shiftKey) sheets.range(key);
      else sheets.at = key;
      this.chosen();
      this.nodes.get(key)?.node.scrollIntoView({ block: "nearest" });
    } else if (e.key === " ") {
      sheets.toggle(sheets.at);
      this.chosen();
    } else if (e.key === "Escape") {
      sheets.none();
      this.chosen();
    } else if (e.key === "Enter" && !ctrl) this.entered = true; // the key's way up looks: its way down would press the dialog's button
    else if (e.key === "Delete" || e.key === "Backspace") acts.remove();
    else if (ctrl && e.key.toLowerCase() === "a") {
      sheets.all();
      this.chosen();
    } else if (!ctrl && letters() && e.key.toLowerCase() === "r") acts.turn(e.shiftKey ? -90 : 90);
    else if (!ctrl && letters() && e.key.toLowerCase() === "c") acts.cut();
    else done = false;
    if (done) e.preventDefault();
  }

  // Dragging: the chosen pages, or the one that is dragged.
  dragstart(e) {
    const item = this.itemOf(e.target);
    if (!item) return;
    if (!this.sheets.chosen.has(item.key)) {
      this.sheets.only(item.key);
      this.chosen();
    }
    this.dragging = true;
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", say("pages_all", this.sheets.chosen.size));
  }
  dragover(e) {
    if (!this.dragging) return;
    e.preventDefault();
    this.dragleave();
    const node = e.target.closest?.("[role=option]") ?? [...this.root.querySelectorAll("[role=option]")].at(-1);
    const box = node.getBoundingClientRect();
    this.mouth = { node, behind: e.target.closest?.("[role=option]") ? e.clientX > box.left + box.width / 2 : true };
    node.classList.add(this.mouth.behind ? "behind" : "before");
  }
  dragleave() {
    this.mouth?.node.classList.remove("behind", "before");
    this.mouth = null;
  }
  drop(e) {
    if (!this.dragging || !this.mouth) return;
    e.preventDefault();
    const { node, behind } = this.mouth;
    this.dragend();
    let i = this.sheets.index(Number(node.dataset.key)) + (behind ? 1 : 0);
    while (this.sheets.items[i] && this.sheets.chosen.has(this.sheets.items[i].key)) i++;
    this.acts.place(this.sheets.items[i]?.key ?? null);
  }
  dragend() {
    this.dragleave();
    this.dragging = false;
  }
}
