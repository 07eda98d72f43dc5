// The one visible, enabled element of this role and accessible name. An exact name wins over a longer one that
// begins with it (labels may carry a hint).
const [role, wanted] = arguments;
const selectors = {
  control:
    "button, a[href], summary, input[type=button], input[type=submit], input[type=radio], input[type=checkbox], " +
    "[role=button], [role=link], [role=tab], [role=radio], [role=checkbox], [role=switch], [role=option], " +
    "[role=menuitem]",
  field:
    "input:not([type=button]):not([type=submit]):not([type=radio]):not([type=checkbox]), textarea, select, " +
    "[role=textbox], [role=searchbox], [role=combobox], [contenteditable=true]",
};
const tidy = (text) => (text || "").replace(/\s+/g, " ").trim();
const name = (element) => {
  const byIds = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  const labelledBy = byIds.map((id) => document.getElementById(id)?.innerText).join(" ");
  const labels = [...(element.labels || [])].map((label) => label.innerText).join(" ");
  const own = element.matches("input, textarea, select") ? element.placeholder : element.innerText;
  return tidy(labelledBy) || tidy(element.getAttribute("aria-label")) || tidy(labels) || tidy(own) || tidy(element.title);
};
const isShown = (element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const label = element.labels && element.labels[0];
  const hasSize = (box.width > 0 && box.height > 0) || (label && label.getBoundingClientRect().width > 0);
  return hasSize && style.visibility !== "hidden" && !element.closest("[inert], [aria-hidden=true]");
};
const isReady = (element) => !element.disabled && element.getAttribute("aria-disabled") !== "true";
const all = [...document.querySelectorAll(selectors[role])].filter((element) => isShown(element) && isReady(element));
const found = all.find((element) => name(element) === wanted) || all.find((element) => name(element).startsWith(wanted));
// A choice may be drawn by its label alone; that is what a person presses.
const isChoice = found && found.matches("input[type=radio], input[type=checkbox]");
return (isChoice && found.labels && found.labels[0]) || found || null;
