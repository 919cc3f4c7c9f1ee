// Before anything is drawn: say that scripts run, so that GOV.UK components may show what needs them.
document.documentElement.classList.add("wp-scripts");
document.addEventListener("DOMContentLoaded", () => {
  document.body.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
});
