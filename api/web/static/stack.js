// A stack of papers on its way into its dossiers: the form works without this; with it papers appear where one is begun, are
// numbered, and single keys decide about the page that has the focus.
import { say } from "./words.js";
import { composing } from "./frame.js";

const form = document.querySelector("#stack");
const leaves = [...form.querySelectorAll(".stack-leaf")];
const fresh = document.querySelector("#stack-fresh");
const sum = document.querySelector("#stack-sum");
const use = (leaf) => leaf.querySelector("input[type=radio]:checked")?.value;

// begin gives a leaf the fields of a paper of its own, filled like those of the paper before it.
function begin(leaf) {
  if (leaf.querySelector(".stack-paper")) return;
  const n = leaf.dataset.page;
  const before = leaves.slice(0, leaves.indexOf(leaf)).findLast((x) => use(x) === "start");
  const paper = fresh.content.cloneNode(true).firstElementChild;
  for (const el of paper.querySelectorAll("input, select")) {
    const kind = el.name;
    el.name += n;
    const from = before?.querySelector(`[name="${kind}${before.dataset.page}"]`);
    if (from && kind !== "t") el.value = from.value;
    paper.querySelector(`label[for="${el.id}"]`).htmlFor = el.id + n;
    el.id += n;
  }
  leaf.prepend(paper);
}

function show() {
  let papers = 0, dropped = 0;
  for (const leaf of leaves) {
    const as = use(leaf);
    leaf.classList.toggle("start", as === "start");
    leaf.classList.toggle("drop", as === "drop");
    if (as === "drop") dropped++;
    if (as !== "start") leaf.querySelector(".stack-paper")?.remove();
    else {
      begin(leaf);
      leaf.querySelector(".stack-paper h2").textContent = say("stack_paper", ++papers);
    }
  }
  const text = say("stack_sum", papers, dropped);
  if (sum.textContent !== text) sum.textContent = text;
}

form.addEventListener("change", (e) => { if (e.target.type === "radio") show(); });
form.addEventListener("keydown", (e) => {
  if (composing(e) || e.ctrlKey || e.altKey || e.metaKey || e.target.matches("input:not([type=radio]), select")) return;
  const value = { m: "start", t: "go", b: "drop" }[e.key.toLowerCase()];
  const leaf = e.target.closest(".stack-leaf");
  if (!value || !leaf) return;
  e.preventDefault();
  const radio = leaf.querySelector(`input[value="${value}"]`);
  radio.checked = true;
  show();
  // On to the next page: a stack is gone through with one hand.
  const next = leaves[leaves.indexOf(leaf) + 1] ?? leaf;
  (next.querySelector("input[type=radio]:checked") ?? radio).focus();
});
form.addEventListener("submit", () => {
  sum.textContent = say("stack_going");
});
show();
