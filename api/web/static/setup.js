// The secret of the set-up link stands behind the #, which no browser sends and no log keeps. It is moved into the form and
// taken out of the address; also when the link is opened in a page that shows the form already.
const field = document.querySelector("#f-secret");

function take() {
  if (!field || location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  const box = field.closest(".field");
  if (!box.classList.contains("wrong")) box.hidden = true;
  document.querySelector("#f-name")?.focus();
}

addEventListener("hashchange", take);
take();
