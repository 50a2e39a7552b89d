// Copy a secret that is shown once; load a table from a CSV file.
import { say } from "./words.js";
import { key } from "./send.js";

const once = document.querySelector(".secret output");
if (once && navigator.clipboard) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = say("copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(once.textContent);
    button.textContent = say("copied");
  });
  once.after(button);
}

for (const box of document.querySelectorAll("[data-load]")) {
  const form = box.querySelector("form.load");
  const told = form.querySelector(".csv-say");
  const tell = (text, faults = []) => {
    const p = document.createElement("p");
    p.textContent = text;
    const list = document.createElement("ul");
    for (const f of faults) {
      const li = document.createElement("li");
      const at = /^line (\d+)\.(.*)$/.exec(f.field);
      li.textContent = at ? say("csv_line", at[1], at[2], f.message) : f.message;
      list.append(li);
    }
    told.replaceChildren(p, list);
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return tell(say("csv_none"));
    try {
      const answer = await fetch(box.dataset.load, {
        method: "POST",
        headers: { "Content-Type": "text/csv", "Idempotency-Key": key(), "Accept-Language": document.documentElement.lang },
        body: file,
      });
      const body = await answer.json();
      if (!answer.ok) return tell(`${say("csv_failed")} ${body.detail}`, body.errors);
      tell(say("csv_loaded", body.loaded));
      setTimeout(() => location.replace(location.pathname), 1200);
    } catch {
      tell(say("network"));
    }
  });
}
