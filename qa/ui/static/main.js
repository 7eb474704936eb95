// The page starts here: once Gradio has drawn its parts, each is given its life.
import { $, address, all, call, h, kept, scrollTo, toast } from "./dom.js";
import { showArticles, startArticles } from "./articles.js";
import { startConversationTools } from "./conversation_tools.js";
import { openArticle, startReader } from "./reader.js";
import { markCurrent, startRail } from "./rail.js";
import { ask, current, draw, openConversation, showTalk, startTalk, takeOrder } from "./talk.js";

/** What Gradio calls. */
window.footnote = { draw, takeOrder };

function whenDrawn() {
  const isThere = () => $("#fn-read-text") && $("#fn-box textarea") && $("#fn-go") && $("#fn-list") && $("#fn-rows") && $("#fn-model");
  return new Promise((resolve) => {
    if (isThere()) { resolve(); return; }
    const watcher = new MutationObserver(() => { if (isThere()) { watcher.disconnect(); resolve(); } });
    watcher.observe(document, { subtree: true, childList: true });
  });
}

async function start() {
  await whenDrawn();
  startTheme();
  startTalk();
  startConversationTools();
  startReader({ currentConversation: current });
  startArticles({ onChange: () => { showStart(); showExamples(); } });
  startRail({ openConversation, currentConversation: current });
  startKeys();
  document.body.dataset.view = "talk";
  for (const button of all("[data-view-of]")) {
    button.addEventListener("click", () => (button.dataset.viewOf === "talk" ? showTalk() : showArticles()));
  }
  $("#fn-fill").addEventListener("click", showArticles);
  document.addEventListener("click", (event) => {
    const near = event.target.closest?.(".fn-near");
    if (near) openArticle(near.dataset.source, near);
  });
  $("#fn-read-close").addEventListener("click", () => kept.set("reader", "closed"));
  document.addEventListener("click", (event) => { if (event.target.closest?.("a.fn-mark, a.fn-note")) kept.set("reader", "open"); });
  const asked = new URLSearchParams(location.search);
  if (asked.get("c")) openConversation(asked.get("c"), { push: false, anchor: location.hash });
  if (asked.get("article")) openArticle(asked.get("article"), null, { start: asked.get("start"), end: asked.get("end") });
  nameBox();
  showExamples();
  showModels();
  showStart();
  takeTyped();
  document.body.classList.add("fn-ready");
}

/** What was typed while the server still started. */
function takeTyped() {
  let typed = null;
  try { typed = JSON.parse(sessionStorage.getItem("footnote.typed")); sessionStorage.removeItem("footnote.typed"); } catch { /* none */ }
  if (!typed?.text) return;
  if (typed.asked) ask(typed.text, { turn: 0 });
  else { $("#fn-box textarea").value = typed.text; $("#fn-box textarea").dispatchEvent(new Event("input", { bubbles: true })); }
}

function nameBox() {
  const box = $("#fn-box textarea");
  box.setAttribute("aria-label", "Your question");
  box.setAttribute("dir", "auto");
  if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
}

async function showStart() {
  try {
    const { corpus, articles, notices, user, history } = await call("start");
    $("#fn-leave").hidden = user === null;
    $("#fn-user").textContent = user || "";
    $("#fn-kept").textContent = history ? "Kept on this server, for you alone." : "Not kept: gone when the server stops.";
    $("#fn-corpus").textContent = corpus;
    $("#fn-count").textContent = articles.toLocaleString("en");
    $("#fn-empty").hidden = articles > 0;
    for (const notice of notices) toast(notice);
  } catch (error) { toast(error.message); }
}

async function showExamples() {
  try {
    const { questions } = await call("examples");
    $("#fn-examples").replaceChildren(...questions.map((question) =>
      h("li", {}, h("button", { type: "button", dir: "auto", onclick: () => ask(question, { turn: 0 }) }, question))));
  } catch { /* the box is there */ }
}

async function showModels() {
  const select = $("#fn-model");
  const tell = () => { const { title, state } = select.selectedOptions[0]?.dataset || {}; $("#fn-model-state").textContent = title || ""; $("#fn-model-state").dataset.state = state || ""; };
  select.addEventListener("change", () => { kept.set("model", select.value); tell(); });
  try {
    const { models } = await call("models");
    select.replaceChildren(...models.map(({ id, label, state, told }) => h("option", { value: id, "data-state": state, "data-title": told }, label)));
    if (models.some(({ id }) => id === kept.get("model"))) select.value = kept.get("model");
    select.closest(".fn-model").classList.toggle("fn-single", models.length < 2);
    $("#fn-model-only").textContent = models.length < 2 ? models[0].label : "";
    tell();
  } catch (error) { $("#fn-model-state").textContent = error.message; }
}

function startTheme() {
  const button = $("#fn-theme");
  const show = () => {
    const isDark = document.body.classList.contains("dark");
    button.setAttribute("aria-label", isDark ? "Light colours" : "Dark colours");
    button.textContent = isDark ? "☀" : "☾";
  };
  const wanted = kept.get("theme");
  if (wanted) document.body.classList.toggle("dark", wanted === "dark");
  button.addEventListener("click", () => {
    kept.set("theme", document.body.classList.toggle("dark") ? "dark" : "light");
    show();
  });
  show();
}

function startKeys() {
  const help = $("#fn-help");
  $("#fn-keys").addEventListener("click", () => help.showModal());
  $("button", help).addEventListener("click", () => help.close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("textarea, input, select, [contenteditable]")) return;
    if (event.key === "/") { event.preventDefault(); $("#fn-box textarea").focus(); }
    if (event.key === "?") { event.preventDefault(); help.showModal(); }
  });
}

start();
