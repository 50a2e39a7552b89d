// The QR code of a receipt leads to /t#DOSSIER.CODE. What follows the # is sent nowhere and stands in no log; it is moved into the
// form and taken out of the address and of the history. Nothing is sent by itself: the button is one touch away.
const dossier = document.querySelector("#f-dossier"), code = document.querySelector("#f-code");

function take() {
  if (location.hash.length < 2) return;
  const text = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  const at = text.lastIndexOf(".");
  if (at < 1 || text.length > 100) return;
  try {
    dossier.value = decodeURIComponent(text.slice(0, at));
    code.value = decodeURIComponent(text.slice(at + 1));
  } catch {
    return; // not of ours
  }
  document.querySelector("#go").focus();
}

addEventListener("hashchange", take);
take();
