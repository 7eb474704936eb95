// Small helpers that every part of the page uses. Text goes into the page as text; only the server's own HTML of
// answers, in which everything foreign is escaped, is set as HTML.

export const $ = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** An element: h("button", { class: "fn-x", onclick: f }, "text", child). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Gives an element the content of another; the nodes that stay the same stay the same nodes. */
export function become(old, wanted) {
  const [before, after] = [[...old.childNodes], [...wanted.childNodes]];
  after.forEach((node, at) => {
    const one = before[at];
    if (!one) old.append(node);
    else if (one.isEqualNode(node)) return;
    else if (one.nodeName !== node.nodeName) one.replaceWith(node);
    else if (one.nodeType === Node.TEXT_NODE) one.data = node.data;
    else {
      for (const { name } of [...one.attributes]) if (!node.hasAttribute(name)) one.removeAttribute(name);
      for (const { name, value } of [...node.attributes]) if (one.getAttribute(name) !== value) one.setAttribute(name, value);
      become(one, node);
    }
  });
  for (const node of before.slice(after.length)) node.remove();
}

export const address = (path) => new URL(`../page/${path}`, location.href);

/** Asks the server; gives its JSON, or throws an Error with its one line. */
export async function call(path, { method = "GET", body, signal } = {}) {
  let response;
  try {
    response = await fetch(address(path), {
      method, signal, cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer; it may have been stopped.");
  }
  if (response.status === 401) location.reload();
  const text = await response.text();
  let data = {};
  try { data = JSON.parse(text); } catch { data = { error: text.slice(0, 200) }; }
  if (!response.ok) throw new Error(data.error || `The server refused (${response.status}).`);
  return data;
}

export async function callText(path) {
  const response = await fetch(address(path), { cache: "no-store" });
  if (!response.ok) throw new Error("That cannot be had any more; reload the page.");
  return response.text();
}

/** A line that goes by itself, with at most one thing to do about it. */
export function toast(text, action = null) {
  const place = $("#fn-toast");
  const line = h("div", { class: "fn-toast" }, h("span", { dir: "auto" }, text));
  if (action) line.append(h("button", { type: "button", onclick: () => { line.remove(); action.run(); } }, action.label));
  line.append(h("button", { type: "button", "aria-label": "Dismiss", onclick: () => line.remove() }, "×"));
  place.replaceChildren(line);
  setTimeout(() => line.remove(), action ? 12000 : 5000);
}

/** For screen readers: what happened, without moving them. */
export function say(text) {
  $("#fn-status").textContent = text;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
export function scrollTo(element, block = "center") {
  element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });
}

/** Runs only the last of many calls, a moment after it. */
export function settle(run, milliseconds = 200) {
  let timer;
  return (...values) => { clearTimeout(timer); timer = setTimeout(() => run(...values), milliseconds); };
}

/** Puts text on the clipboard, also where the page came without https. */
export async function copyText(text) {
  try { await navigator.clipboard.writeText(text); return; } catch { /* no such right: the old way */ }
  const area = h("textarea", { class: "fn-unseen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("Your browser does not let the page copy.");
}

/** Nothing is lost where a browser keeps no storage for the page. */
export const kept = {
  get(name) { try { return localStorage.getItem(`footnote.${name}`); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(`footnote.${name}`, value); } catch { /* private window */ } },
};

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
