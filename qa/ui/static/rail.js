// The conversations of this visitor: listed, searched, opened.
import { $, all, become, call, h, settle, toast } from "./dom.js";

let open = () => {}, current = () => "";

export function startRail({ openConversation, currentConversation }) {
  open = openConversation;
  current = currentConversation;
  $("#fn-find").addEventListener("input", settle(refresh));
  $("#fn-menu").addEventListener("click", () => setDrawer(!document.body.classList.contains("fn-drawer")));
  $("#fn-new").addEventListener("click", () => { setDrawer(false); open(""); });
  $("#fn-forget").addEventListener("click", forgetAll);
  $("#fn-list").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setDrawer(false);
    open(link.dataset.id);
  });
  document.addEventListener("click", (event) => {
    if (document.body.classList.contains("fn-drawer") && !event.target.closest("#fn-rail, #fn-menu")) setDrawer(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("fn-drawer")) { setDrawer(false); $("#fn-menu").focus(); }
  });
  refresh();
}

function setDrawer(isOpen) {
  document.body.classList.toggle("fn-drawer", isOpen);
  $("#fn-menu").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) $("#fn-new").focus();
}

export async function refresh() {
  const wanted = $("#fn-find").value.trim();
  try {
    const { conversations } = await call(`conversations?search=${encodeURIComponent(wanted)}`);
    if (wanted !== $("#fn-find").value.trim()) return;
    show(grouped(conversations, wanted));
    $("#fn-none").hidden = conversations.length > 0;
    $("#fn-none").textContent = wanted ? "No conversation holds these words." : "No conversations yet.";
    $("#fn-forget").hidden = !conversations.length || Boolean(wanted);
  } catch (error) {
    $("#fn-none").hidden = false;
    $("#fn-none").textContent = error.message;
  }
}

/** Rows that were listed before stay the same nodes: they keep the focus, and a click that has begun. */
function show(rows) {
  const list = $("#fn-list");
  const keys = new Set(rows.map((one) => one.dataset.key));
  for (const old of [...list.children]) if (!keys.has(old.dataset.key)) old.remove();
  const listed = new Map([...list.children].map((old) => [old.dataset.key, old]));
  let at = list.firstElementChild;
  for (const wanted of rows) {
    const one = listed.get(wanted.dataset.key) || wanted;
    if (one !== wanted) become(one, wanted);
    if (one === at) at = at.nextElementSibling;
    else list.insertBefore(one, at);
  }
}

export function markCurrent() {
  for (const link of all("#fn-list a")) {
    if (link.dataset.id === current()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function grouped(conversations, wanted) {
  const rows = [];
  let heading = "";
  for (const one of conversations) {
    const when = wanted ? "" : dayOf(new Date(one.changed));
    if (when !== heading) rows.push(h("li", { class: "fn-when", "data-key": when }, (heading = when)));
    rows.push(row(one, wanted));
  }
  return rows;
}

function row(one, wanted) {
  const link = h("a", { href: `?c=${one.id}`, "data-id": one.id, dir: "auto", "aria-current": one.id === current() ? "page" : null }, one.title);
  if (wanted && one.excerpt) link.append(h("small", { dir: "auto" }, one.excerpt));
  return h("li", { "data-key": one.id }, link);
}

function dayOf(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return "This week";
  return date.toLocaleDateString("en", { month: "long", year: "numeric" });
}

async function forgetAll() {
  if (!confirm("Delete all your conversations? This cannot be undone.")) return;
  try {
    await call("conversations", { method: "DELETE" });
    open("");
    refresh();
    toast("All conversations are deleted.");
  } catch (error) { toast(error.message); }
}
