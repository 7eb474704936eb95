// What a question is restricted to: chosen articles, an outlet, days. Shown above the text box until taken off.
import { $, h } from "./dom.js";

const none = () => ({ sources: [], outlet: "", since: "", until: "" });
let chosen = none();
const listeners = [];

export const order = () => ({ ...chosen, sources: [...chosen.sources] });
export const isChosen = (source) => chosen.sources.includes(source);
export const onScope = (listener) => listeners.push(listener);

export function change(part) {
  chosen = { ...chosen, ...part };
  draw();
}

export function showScope(scope) {
  const given = Object.entries(scope).map(([name, value]) => [name, value ?? ""]);
  chosen = { ...none(), ...Object.fromEntries(given) };
  draw();
}

export function choose(source, isOn) {
  const others = chosen.sources.filter((one) => one !== source);
  change({ sources: isOn ? [...others, source] : others });
}

function draw() {
  const chips = [];
  const add = (text, part) => chips.push(h("span", { class: "fn-chip" }, h("span", { dir: "auto" }, text),
    h("button", { type: "button", "aria-label": `Ask without: ${text}`, onclick: () => change(part) }, "×")));
  const { sources, outlet, since, until } = chosen;
  if (sources.length) add(sources.length === 1 ? sources[0] : `${sources.length} articles`, { sources: [] });
  if (outlet) add(outlet, { outlet: "" });
  if (since) add(`since ${since}`, { since: "" });
  if (until) add(`until ${until}`, { until: "" });
  if (chips.length) chips.unshift(h("span", { class: "fn-only" }, "Ask only"));
  $("#fn-scope").replaceChildren(...chips);
  $("#fn-scope").hidden = !chips.length;
  for (const listener of listeners) listener();
}
