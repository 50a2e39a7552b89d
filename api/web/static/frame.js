// What every page has: menus that close, and keys that lead to the search box and the help.

// Nothing may fire while a Vietnamese syllable is being composed; 229 is what some input methods send instead.
export const composing = (e) => e.isComposing || e.keyCode === 229;

export const typing = (el) => !!el && (el.isContentEditable || /^(input|textarea|select)$/i.test(el.tagName));

// On a narrow screen the present tab may lie beyond the edge of its strip.
for (const here of document.querySelectorAll(".tabs [aria-current], .rooms [aria-current]")) {
  const strip = here.closest("nav");
  strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

document.addEventListener("click", (e) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(e.target)) menu.open = false;
  }
});

// Keys of one letter can be switched off (WCAG 2.1.4): whoever dictates would press them by speaking.
export const letters = () => localStorage.getItem("sohoa-letters") !== "off";
const tick = document.querySelector("#letters");
if (tick) {
  tick.checked = letters();
  tick.addEventListener("change", () => localStorage.setItem("sohoa-letters", tick.checked ? "on" : "off"));
}

// The names of files still on their way are nobody else's business, whether the house answers or not.
document.querySelector('form[action="/signout"]')?.addEventListener("submit", () => localStorage.removeItem("sohoa-uploads"));

document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  if (e.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
  if (!letters() && e.key.length === 1 && e.key !== "?") return; // the list of keys is where they are switched on again
  if (e.key === "/") {
    const ask = document.querySelector("#q") || document.querySelector("#ask");
    if (ask) {
      e.preventDefault();
      ask.focus();
      ask.select();
    }
  } else if (e.key === "?") {
    document.querySelector("#keys")?.showModal();
  }
});
