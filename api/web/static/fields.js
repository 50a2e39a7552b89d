// The form of a paper saves itself: what changed since the last answer goes as a merge patch with the revision it follows.
import { say, language, percent } from "./words.js";
import { composing } from "./frame.js";

// Fields whose place in the interface is not their name in the form.
const inside = { signer_name: ["signer", "name"], signer_position: ["signer", "position"], owner_name: ["owner", "name"], owner_id: ["owner", "id"], owner_id_type: ["owner", "id_type"] };
const named = { "owner.id": "owner_id", "owner.name": "owner_name", dossier: "dossier_code", issuing_agency: "issuing_agency_name", "issuing_agency.code": "issuing_agency_name", "issuing_agency.name": "issuing_agency_name",
  signer: "signer_name", "signer.name": "signer_name", "signer.position": "signer_position" };

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
    form.addEventListener("input", (e) => { if (!composing(e)) this.soon(1500); });
    form.addEventListener("compositionend", () => this.soon(1500));
    form.addEventListener("change", () => this.soon(150));
    addEventListener("online", () => this.soon(0));
    addEventListener("beforeunload", (e) => { if (this.dirty() && !this.leaving) e.preventDefault(); });
    // Every form of the page waits for what is still being saved, and then follows the newest revision.
    for (const f of root.querySelectorAll("form[method=post]")) {
      f.addEventListener("submit", async (e) => {
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
    for (const el of this.form.elements) if (el.name && el.type !== "hidden" && el.type !== "submit") v[el.name] = el.value;
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

  // patch lists what differs from what is kept.
  patch(now) {
    const p = {};
    for (const [name, value] of Object.entries(now)) {
      if (value === this.kept[name]) continue;
      if (name === "owner_id" && value.includes("*")) continue; // a masked number stands for itself
      if (name === "type") p.type = this.option("types", value.trim()) ?? value;
      else if (name === "issuing_agency_name") p.issuing_agency = { name: value, code: this.option("agencies", value) ?? null };
      else if (inside[name]) (p[inside[name][0]] ??= {})[inside[name][1]] = value || null;
      else p[name] = value;
    }
    return p;
  }

  save() {
    clearTimeout(this.timer);
    if (this.stopped) return Promise.resolve();
    if (this.flight) return this.flight.then(() => this.save());
    const now = this.values();
    const patch = this.patch(now);
    if (!Object.keys(patch).length) return Promise.resolve();
    this.told.textContent = say("saving");
    this.flight = this.send(now, patch).finally(() => { this.flight = null; });
    return this.flight;
  }

  async send(now, patch) {
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

  // propose offers what was read for fields that are still empty. It is shown, and taken only by a press.
  propose(proposals, light) {
    for (const b of this.form.querySelectorAll(".propose")) b.remove();
    const best = new Map();
    for (const p of proposals) {
      const name = named[p.field] ?? p.field;
      if (!best.has(name) || best.get(name).confidence < p.confidence) best.set(name, p);
    }
    for (const [name, p] of best) {
      const el = this.form.elements[name];
      if (!el || !el.id || el.value.trim() || p.value.includes("*")) continue;
      const b = document.createElement("button");
      b.type = "button";
      b.className = "propose" + (p.confidence < 0.8 ? " unsure" : "");
      b.textContent = say("proposal", p.value);
      b.title = say("proposal_say", percent(p.confidence));
      b.addEventListener("click", () => {
        el.value = name === "type" ? this.nameOf(p.value) : name === "issued_on" ? local(p.value) : p.value;
        b.remove();
        el.focus();
        this.soon(150);
      });
      el.after(b);
      const place = { page: p.page, box: p.box };
      el.addEventListener("focus", () => light(place));
      b.addEventListener("focus", () => light(place));
      el.addEventListener("blur", () => light(null));
      b.addEventListener("blur", () => light(null));
    }
  }

  nameOf(code) { return [...document.getElementById("types").options].find((o) => o.textContent === code)?.value ?? code; }
}

// local turns 2026-01-05 into 05/01/2026.
function local(iso) {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return m ? `${m[3]}/${m[2]}/${m[1]}` : iso;
}
