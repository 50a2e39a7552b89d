// The secret of the set-up link stands behind the #, which no browser sends and no log keeps. It is moved into the form and
// taken out of the address.
const field = document.querySelector("#f-secret");
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  const box = field.closest(".field");
  if (!box.classList.contains("wrong")) box.hidden = true;
  document.querySelector("#f-name")?.focus();
}
