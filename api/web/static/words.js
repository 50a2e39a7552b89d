// The texts of scripts in the language of the page. Both languages are small; waiting here for one of them would let the page count
// as loaded before its scripts listen, and what a person did in between would go unheard.
import vi from "./text-vi.js";
import en from "./text-en.js";

const lang = document.documentElement.lang === "en" ? "en" : "vi";
const texts = { vi, en }[lang];

// say returns a text with its {0}, {1} … filled in.
export function say(key, ...values) {
  return (texts[key] ?? `[${key}]`).replace(/\{(\d)\}/g, (_, i) => values[i] ?? "");
}

export const language = lang;

export function bytes(n) {
  const units = ["B", "KB", "MB", "GB"];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return new Intl.NumberFormat(lang, { maximumFractionDigits: i === 0 || n >= 100 ? 0 : 1 }).format(n) + "\u00a0" + units[i];
}

export const number = (n) => new Intl.NumberFormat(lang).format(n);
export const percent = (f) => Math.round(f * 100) + "%";
