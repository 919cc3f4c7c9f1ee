// What scripts add to pages that work without them: the GOV.UK components, and a word before the session ends.
import { initAll } from "./govuk-frontend.min.js";

// GOV.UK's own template says this in a script of the page itself, which our policy forbids.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const WARN_MINUTES = 5;

function warnBeforeSignOut() {
  const minutes = Number(document.body.dataset.sessionMinutes);
  if (!minutes) return;
  const dialog = document.createElement("dialog");
  dialog.className = "wp-timeout";
  dialog.setAttribute("aria-labelledby", "wp-timeout-title");
  const title = document.createElement("h2");
  title.className = "govuk-heading-m";
  title.id = "wp-timeout-title";
  title.textContent = `You will be signed out in ${WARN_MINUTES} minutes`;
  const text = document.createElement("p");
  text.className = "govuk-body";
  text.textContent = "What you have typed comes back when you sign in again.";
  const stay = document.createElement("button");
  stay.className = "govuk-button";
  stay.type = "button";
  stay.textContent = "Stay signed in";
  dialog.append(title, text, stay);
  document.body.append(dialog);
  let timer = 0;
  const begin = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => dialog.showModal(), Math.max(minutes - WARN_MINUTES, 0.1) * 60_000);
  };
  stay.addEventListener("click", async () => {
    const answer = await fetch("/stay", {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrf: document.body.dataset.csrf }),
    }).catch(() => null);
    dialog.close();
    if (answer && answer.ok) begin();
  });
  begin();
}

// Where a page comes back with errors, the first thing read is what is wrong: GOV.UK's summary takes the focus.
// Where something may be printed, a button says so.
function offerToPrint() {
  for (const place of document.querySelectorAll("[data-print]")) {
    const button = document.createElement("button");
    button.className = "govuk-button govuk-button--secondary";
    button.type = "button";
    button.textContent = place.dataset.print;
    button.addEventListener("click", () => window.print());
    place.append(button);
  }
}

// A link that sets a password holds its token after the #, which no server is told: it is put into the form here.
function takeFromLink() {
  const place = document.querySelector("[data-from-link]");
  if (!place || location.hash.length < 20) return;
  place.querySelector("input").value = location.hash.slice(1);
  place.hidden = true;
}

// Where something is being made ready, look again by ourselves, and go on once it is; the page's button does the same.
function goOnWhenReady() {
  const waiting = document.querySelector("[data-look-again]");
  if (waiting) window.setTimeout(() => window.location.reload(), Number(waiting.dataset.lookAgain) * 1000);
  const ready = document.querySelector("[data-send-when-ready] form");
  const [came] = performance.getEntriesByType("navigation");
  // Whoever went back to this page did not come to have it done a second time.
  if (ready && came && came.type !== "back_forward") ready.requestSubmit();
}

goOnWhenReady();
warnBeforeSignOut();
takeFromLink();
offerToPrint();
