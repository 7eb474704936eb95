"use strict";
const examples = [...document.querySelectorAll(".example")].map((node) => ({
  node,
  details: node.querySelector("details"),
  words: node.textContent.toLowerCase().replace(/\s+/g, " "),
  types: node.dataset.types.split(" "),
}));
const chips = [...document.querySelectorAll(".chip")];
const chosen = (id) => document.getElementById(id)?.value ?? "";

function wanted(example) {
  const { outcome, split, change } = example.node.dataset;
  const words = chosen("by-text").toLowerCase().split(/\s+/).filter(Boolean);
  return (
    chips.some((chip) => chip.dataset.outcome === outcome && chip.getAttribute("aria-pressed") === "true") &&
    (!chosen("by-type") || example.types.includes(chosen("by-type"))) &&
    (!chosen("by-split") || split === chosen("by-split")) &&
    (!chosen("by-change") || change === chosen("by-change")) &&
    words.every((word) => example.words.includes(word))
  );
}

function filter() {
  for (const example of examples) example.node.hidden = !wanted(example);
  const shown = examples.filter((example) => !example.node.hidden).length;
  document.getElementById("shown").textContent = shown;
  document.getElementById("none-shown").hidden = shown > 0;
  for (const group of document.querySelectorAll("#examples .group")) {
    const count = group.querySelectorAll(".example:not([hidden])").length;
    group.hidden = !count;
    group.querySelector(".count").textContent = count;
  }
}

function showAll() {
  for (const chip of chips) chip.setAttribute("aria-pressed", "true");
  for (const field of document.querySelectorAll("#filters select, #filters input")) field.value = "";
  filter();
}

/* A link to an example opens it, whatever is filtered or folded. */
function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const example = examples.find((one) => target && one.node.contains(target));
  if (!example) return;
  if (example.node.hidden) showAll();
  example.details.open = true;
  target.scrollIntoView();
}

function fold(event) {
  const closing = event.target.textContent === "fold all";
  for (const example of examples) if (!example.node.hidden) example.details.open = !closing;
  event.target.textContent = closing ? "open all" : "fold all";
}

for (const chip of chips)
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    filter();
  });
for (const field of document.querySelectorAll("#filters select, #filters input")) field.addEventListener("input", filter);
document.getElementById("fold").addEventListener("click", fold);
document.getElementById("filters").hidden = false;
addEventListener("hashchange", follow);
filter();
follow();
