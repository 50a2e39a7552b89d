// The form of a paper saves itself: what changed since the last answer goes as a merge patch with the revision it follows.
import { say, language, percent } from "./words.js";
import { composing } from "./frame.js";
import { lists, offer } from "./lists.js";

// Fields whose place in the interface is not their name in the form.
const inside = { signer_name: ["signer", "name"], signer_position: ["signer", "position"], owner_name: ["owner", "name"], owner_id: ["owner", "id"], owner_id_type: ["owner", "id_type"] };
const named = { "owner.id": "owner_id", "owner.name": "owner_name", dossier: "dossier_code", issuing_agency: "issuing_agency_name", "issuing_agency.code": "issuing_agency_name", "issuing_agency.name": "issuing_agency_name",
  signer: "signer_name", "signer.name": "signer_name", "signer.position": "signer_position" };

// What is proposed and never taken with the rest: a wrong digit is not seen in passing.
const deliberate = ["number", "notation", "issued_on", "owner_id", "dossier_code"];
const told = ["place", "issuing_agency.parent", "signer.authority", "secrecy", "urgency", "serial", "validity", "recipients"];
const sure = 0.8;

export class Fields {
  constructor(root, form, changed) {
    this.root = root;
    this.form = form;
    this.changed = changed;
    this.url = "/api/v1/documents/" + root.dataset.id;
    this.told = form.querySelector("#saved");
    this.kept = this.values();
    this.flight = null;
    this.stopped = false;
    this.offers = new Map();
    this.hands = new Set();
    this.lists = lists().then((l) => {
      offer(document.getElementById("agencies"), l.agencies.map(([name, code]) => [name, code]));
      offer(document.getElementById("procedures"), l.procedures);
    });
    form.addEventListener("input", (e) => { if (!composing(e)) this.soon(1500); });
    form.addEventListener("compositionend", () => this.soon(1500));
    form.addEventListener("change", () => this.soon(150));
    addEventListener("online", () => this.soon(0));
    addEventListener("beforeunload", (e) => { if (this.dirty() && !this.leaving) e.preventDefault(); });
    // Every form of the page waits for what is still being saved, and then follows the newest revision.
    for (const f of root.querySelectorAll("form[method=post]")) {
      f.addEventListener("submit", async (e) => {
        if (f === form && e.submitter?.value === "submit") {
          const name = this.unseen();
          if (name) {
            e.preventDefault();
            this.form.elements[name].focus();
            this.told.textContent = say("unseen");
            return;
          }
          const despite = this.form.elements.despite;
          if (despite && !despite.checked && despite.checkVisibility()) {
            e.preventDefault();
            despite.focus();
            this.told.textContent = say("twin");
            return;
          }
          this.takeAll();
          clearTimeout(this.timer);
        } else if (f === form) {
          this.dropAll();
        }
        if (f === form) {
          if (!this.flight) { this.leaving = true; return; } // it carries every field itself
        } else if (!this.dirty() && !this.flight) return;
        e.preventDefault();
        clearTimeout(this.timer);
        await this.flight;
        if (f !== form) await this.save();
        if (f !== form && this.dirty()) return; // what is wrong stands beside the field
        this.leaving = true;
        this.flight = null;
        this.kept = this.values();
        f.requestSubmit(e.submitter);
      });
    }
  }

  values() {
    const v = {};
    for (const el of this.form.elements) if (el.name && el.type !== "hidden" && el.type !== "submit" && el.type !== "checkbox") v[el.name] = this.offers && this.pending(el.name) ? this.kept[el.name] : el.value;
    return v;
  }

  dirty() {
    const now = this.values();
    return Object.keys(now).some((k) => now[k] !== this.kept[k]);
  }

  soon(wait) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), wait);
  }

  option(list, value) { return [...document.getElementById(list).options].find((o) => o.value === value)?.textContent; }

  // codeOf is the code that was proposed together with a name.
  codeOf(name) {
    const o = this.offers.get("issuing_agency_name");
    return o && o.value === name ? o.code : null;
  }

  // patch lists what differs from what is kept.
  patch(now) {
    const p = {};
    for (const [name, value] of Object.entries(now)) {
      if (value === this.kept[name]) continue;
      if (name === "owner_id" && value.includes("*")) continue; // a masked number stands for itself
      if (name === "type") p.type = this.option("types", value.trim()) ?? value;
      else if (name === "issuing_agency_name") p.issuing_agency = { name: value, code: this.option("agencies", value) ?? this.codeOf(value) };
      else if (inside[name]) (p[inside[name][0]] ??= {})[inside[name][1]] = value || null;
      else p[name] = value;
    }
    return p;
  }

  save() {
    clearTimeout(this.timer);
    if (this.stopped) return Promise.resolve();
    if (this.flight) return this.flight.then(() => this.save());
    if (!this.dirty()) return Promise.resolve();
    this.told.textContent = say("saving");
    this.flight = this.lists.then(() => this.send()).finally(() => { this.flight = null; }); // a name's code stands in the lists
    return this.flight;
  }

  async send() {
    const now = this.values();
    const patch = this.patch(now);
    if (!Object.keys(patch).length) {
      this.told.textContent = "";
      return;
    }
    let answer, body;
    try {
      answer = await fetch(this.url, {
        method: "PATCH",
        headers: { "Content-Type": "application/merge-patch+json", "If-Match": `"r${this.root.dataset.revision}"`, "Accept-Language": language },
        body: JSON.stringify(patch),
      });
      body = await answer.json();
    } catch {
      this.told.textContent = say("no_line");
      this.soon(5000);
      return;
    }
    if (answer.ok) {
      this.kept = now;
      this.revise(body.revision);
      this.faults([]);
      this.told.textContent = say("saved", new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }));
      this.changed(body);
      return;
    }
    if (answer.status === 412) {
      this.stopped = true;
      const again = document.createElement("button");
      again.type = "button";
      again.textContent = say("reload");
      again.addEventListener("click", () => {
        this.kept = this.values();
        location.reload();
      });
      const note = document.createElement("p");
      note.className = "note bad";
      note.setAttribute("role", "alert");
      note.append(say("stale") + " ", again);
      this.form.before(note);
      this.told.textContent = "";
      note.scrollIntoView({ block: "nearest" });
      return;
    }
    this.faults(body.errors ?? []);
    this.told.textContent = say("not_saved", body.errors?.[0]?.message ?? body.detail ?? "");
    if (answer.status >= 500 || (answer.status === 409 && body.code === "busy")) this.soon(3000);
  }

  // link takes over the dossier a code on a page put the paper into. What somebody is typing there stays, and moves it on.
  link(code, revision) {
    const el = this.form.elements.dossier_code;
    if (el && !el.value.trim()) el.value = code;
    this.kept.dossier_code = code;
    this.revise(revision);
  }

  // revise lets every form of the page follow the newest revision.
  revise(revision) {
    this.root.dataset.revision = revision;
    for (const el of this.root.querySelectorAll("input[name=revision]")) el.value = revision;
  }

  // faults shows what is wrong beside the fields it is wrong with, and takes away what is mended.
  faults(list) {
    for (const p of this.form.querySelectorAll(".fault")) {
      const el = p.parentElement.querySelector("input, select, textarea");
      el.removeAttribute("aria-invalid");
      el.removeAttribute("aria-describedby");
      p.parentElement.classList.remove("wrong");
      p.remove();
    }
    for (const f of list) {
      const el = this.form.elements[named[f.field] ?? f.field];
      if (!el || !el.id) continue;
      const p = document.createElement("p");
      p.className = "fault";
      p.id = "e-" + el.name;
      p.textContent = f.message;
      el.before(p);
      el.setAttribute("aria-invalid", "true");
      el.setAttribute("aria-describedby", p.id);
      el.parentElement.classList.add("wrong");
    }
  }

  // propose fills fields that are still empty with what was read, tinted by how sure the reading is. A proposal is not kept
  // before it is taken: by Enter, or by changing it. What a person could misread at a glance has to be taken one by one.
  propose(proposals, light) {
    const also = [];
    for (const p of proposals) {
      if (p.field === "issuing_agency.code") continue; // goes with the name
      const name = named[p.field] ?? p.field;
      const el = this.form.elements[name];
      if (!el || !el.id) {
        also.push(p);
        continue;
      }
      if (p.handwritten) {
        this.byHand(name, el, p, light);
        continue;
      }
      if (this.offers.has(name) || el.value.trim() || p.value.includes("*")) continue;
      el.value = name === "type" ? this.nameOf(p.value) : name === "issued_on" ? local(p.value) : p.value;
      const note = document.createElement("p");
      note.className = "hint";
      note.id = "p-" + name;
      note.textContent = say("proposal", percent(p.confidence));
      el.before(note);
      el.setAttribute("aria-describedby", note.id);
      el.closest(".field").classList.add("proposed");
      el.closest(".field").classList.toggle("unsure", p.confidence < sure);
      const code = name === "issuing_agency_name" && proposals.find((x) => x.field === "issuing_agency.code");
      const offer = { el, note, place: { page: p.page, box: p.box }, code: code ? code.value : null, value: el.value };
      this.offers.set(name, offer);
      el.addEventListener("focus", () => light(offer.place));
      if (el === document.activeElement) light(offer.place);
      el.addEventListener("blur", () => light(null));
      el.addEventListener("input", () => this.take(name));
      el.addEventListener("keydown", (e) => {
        if (e.key === "Escape" && !composing(e) && this.pending(name)) {
          el.value = "";
          this.take(name);
        }
      });
    }
    this.also(also);
    this.hint();
  }

  // byHand says beside an empty field that a hand wrote it, and shows the place when the field is gone to.
  byHand(name, el, p, light) {
    if (this.hands.has(name) || el.value.trim()) return;
    this.hands.add(name);
    const note = document.createElement("p");
    note.className = "hint";
    note.id = "p-" + name;
    note.textContent = say("by_hand");
    el.before(note);
    el.setAttribute("aria-describedby", note.id);
    const place = { page: p.page, box: p.box };
    el.addEventListener("focus", () => light(place));
    if (el === document.activeElement) light(place);
    el.addEventListener("blur", () => light(null));
    el.addEventListener("input", () => { note.remove(); el.removeAttribute("aria-describedby"); }, { once: true });
  }

  // hint tells once what the dashed fields are.
  hint() { document.querySelector("#proposed").hidden = ![...this.offers.keys()].some((name) => this.pending(name)); }

  // pending reports whether a field still shows a proposal that nobody took.
  pending(name) { return !!this.offers.get(name)?.note.isConnected; }

  // take makes what stands in a field the person's own.
  take(name) {
    if (!this.pending(name)) return;
    const { el, note } = this.offers.get(name);
    note.remove();
    el.removeAttribute("aria-describedby");
    el.closest(".field").classList.remove("proposed", "unsure");
    this.hint();
    this.soon(150);
  }

  // unseen returns the first field whose proposal has to be taken by itself and was not.
  unseen() { return deliberate.find((name) => this.pending(name)); }

  takeAll() { for (const name of this.offers.keys()) this.take(name); }

  // dropAll empties what was proposed and not taken, before the form goes as it stands.
  dropAll() {
    for (const [name, { el }] of this.offers) if (this.pending(name)) el.value = "";
  }

  // also tells what else was read and has no field of its own.
  also(list) {
    const box = document.querySelector("#also");
    const rows = list.filter((p) => told.includes(p.field)).flatMap((p) => {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = say("also_" + p.field.replace(".", "_"));
      dd.textContent = p.value;
      return [dt, dd];
    });
    box.hidden = rows.length === 0;
    box.querySelector("dl").replaceChildren(...rows);
  }

  nameOf(code) { return [...document.getElementById("types").options].find((o) => o.textContent === code)?.value ?? code; }
}

// local turns 2026-01-05 into 05/01/2026.
function local(iso) {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return m ? `${m[3]}/${m[2]}/${m[1]}` : iso;
}
