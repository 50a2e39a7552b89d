// What the fields of forms offer: offices and procedures. Fetched once, kept by the browser for a while.
let fetched;
export function lists() {
  fetched ??= fetch("/lists").then((a) => (a.ok ? a.json() : null)).catch(() => null).then((l) => l ?? { agencies: [], procedures: [] });
  return fetched;
}

// offer fills a datalist with [value, label] pairs.
export function offer(list, pairs) {
  list?.replaceChildren(...pairs.map(([value, label]) => {
    const o = document.createElement("option");
    o.value = value;
    o.textContent = label;
    return o;
  }));
}
