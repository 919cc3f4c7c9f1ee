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

// Where a profile's words are being read, ask whether they are, and go on once they are; the page's buttons do the same.
const CAME_BY_WAITING = "wp-came-by-waiting";

function goOnWhenReady() {
  const waiting = document.querySelector("[data-waits-for]");
  const ready = document.querySelector("[data-goes-on] form");
  if (waiting) askAgain(`/v1/jobs/${waiting.dataset.waitsFor}`, 1_000);
  // Only who has waited on this page goes on by itself: whoever comes back to it later does not draw a second list.
  if (ready && sessionStorage.getItem(CAME_BY_WAITING)) {
    sessionStorage.removeItem(CAME_BY_WAITING);
    ready.requestSubmit();
  }
}

function askAgain(path, wait) {
  window.setTimeout(async () => {
    const answer = await fetch(path).catch(() => null);
    const job = answer && answer.ok ? await answer.json() : { finished_at: null };
    if (!job.finished_at) return askAgain(path, Math.min(wait * 1.5, 15_000));
    sessionStorage.setItem(CAME_BY_WAITING, "yes");
    window.location.reload();
  }, wait);
}

goOnWhenReady();
warnBeforeSignOut();
takeFromLink();
offerToPrint();
