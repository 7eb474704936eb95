// The conversation: questions go to the server through Gradio, answers come back as frames and are drawn as they grow.
import { $, all, become, call, h, kept, plural, say, scrollTo, toast } from "./dom.js";
import { actions } from "./answer_actions.js";
import { close as closeReader, openNote, remark } from "./reader.js";
import { markCurrent, refresh as refreshRail } from "./rail.js";
import { order as scope, showScope } from "./scope.js";

const WAITING = '<div class="fn-answer fn-waiting"><p>Reading the articles<span class="fn-dots"></span></p></div>';
const UNHEARD_MILLISECONDS = 8000;
const BEFORE_SUGGESTIONS_MILLISECONDS = 700; // who asks on at once should not have to wait for them
const INPUT_METHOD_KEY = 229; // of keys that an input method keeps to itself, in browsers that do not say `isComposing`
const WIDE = matchMedia("(min-width: 1200px)");
const state = { id: "", shared: "", title: "", busy: false, replaces: 0, pending: null, heard: 0, asked: "", left: new Set(), orders: [] };

/** The conversation that is shown; `shared` names an answer that somebody else's conversation gave. */
export const current = () => state.id || state.shared;
const box = () => $("#fn-box textarea");
const exchanges = () => all("#fn-exchanges > .fn-exchange");

/** Asks what is in the text box, or what a button says. Everything is taken now: Gradio looks only a while later. */
export function ask(text = box().value, { turn = state.replaces, restricted = scope() } = {}) {
  if (state.busy || !text.trim()) return;
  if (text === box().value) clearBox();
  stopEditing();
  send({ question: text, conversation: current(), turn, model: $("#fn-model")?.value || "", scope: restricted });
  begin(text, turn);
}

function send(order) {
  state.orders.push(order);
  $("#fn-go").click();
}

/** The next order, for Gradio to send. */
export const takeOrder = () => state.orders.shift() ?? null;

function clearBox() {
  box().value = "";
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().style.height = "";
}

function begin(question, turn) {
  showTalk();
  state.asked = question.slice(0, 200);
  if (turn) for (const old of exchanges().slice(turn - 1)) old.remove();
  state.pending = emptyExchange(question, { "aria-busy": "true", "data-outcome": "coming" });
  $(".fn-said-here", state.pending).innerHTML = WAITING;
  for (const old of all(".fn-next")) old.remove();
  for (const old of exchanges()) old.style.minHeight = "";
  $("#fn-exchanges").append(state.pending);
  // Room below, so that the question comes to the top and stays there while its answer grows.
  if (exchanges().length > 1) state.pending.style.minHeight = `${scroller().clientHeight - 16}px`;
  $("#fn-welcome").hidden = true;
  setBusy(true);
  say("Reading the articles");
  state.pending.scrollIntoView({ block: "start" }); // at once: a glide would take the processor from the answer
  listen();
}

function emptyExchange(question, attributes = {}) {
  return h("article", { class: "fn-exchange", ...attributes }, h("h3", { class: "fn-question", dir: "auto" }, question.trim()),
    h("div", { class: "fn-said-here" }), h("div", { class: "fn-below" }));
}

/** Tells when the server stays silent and does not even answer a knock. */
function listen() {
  const asked = ++state.heard;
  setTimeout(async () => {
    if (asked !== state.heard || !state.busy) return;
    try { await call("start"); listen(); } catch (error) { fail(error.message); }
  }, UNHEARD_MILLISECONDS);
}

function fail(message) {
  if (!state.pending) return;
  const told = h("p", { class: "fn-error", role: "alert" });
  told.textContent = message;
  $(".fn-said-here", state.pending).replaceChildren(h("div", { class: "fn-answer fn-failed" }, told));
  end(state.pending, "failed");
}

/** A frame of the server: the last exchange of a conversation as it is now. */
export function draw(frame) {
  if (!frame || !frame.outcome) return;
  if (!frame.conversation) { fail($("p.fn-error", parsed(frame.answer))?.textContent || "Something went wrong."); return; }
  if (!belongs(frame)) { if (frame.outcome !== "coming") refreshRail(); return; }
  state.heard += 1;
  const isNew = !state.id;
  if (isNew) begun(frame.conversation);
  const place = document.getElementById(`answer-${frame.turn}`) || state.pending;
  if (!place) return;
  fill(place, frame);
  if (frame.outcome === "coming") { if (state.busy) listen(); return; }
  if (state.busy && place === state.pending) end(place, frame.outcome);
  finish(place, frame, { isNew });
}

function begun(id) {
  state.id = id;
  history[state.shared ? "pushState" : "replaceState"](null, "", `?c=${id}`);
  showShared("");
}

function showShared(id) {
  state.shared = id;
  document.body.classList.toggle("fn-is-shared", Boolean(id));
}

// The first frame of a new conversation brings its id; those of one that was left may still come.
const belongs = (frame) => frame.conversation === state.id
  || (!state.id && state.pending !== null && frame.asks.slice(0, 200) === state.asked && !state.left.has(frame.conversation));

const parsed = (html) => { const one = h("div"); one.innerHTML = html; return one; };

function fill(place, frame) {
  write(place, frame);
  if (frame.outcome === "coming") follow(place);
  remark(frame.turn);
}

function write(place, frame) {
  place.id = `answer-${frame.turn}`;
  place.dataset.turn = frame.turn;
  place.dataset.outcome = frame.outcome;
  place.frame = frame;
  set($(".fn-said-here", place), frame.answer);
  set($(".fn-below", place), frame.notes);
}

/** HTML of the server, drawn only where it changed, so that a footnote can be clicked, and keeps the focus. */
function set(place, html) {
  if (place.shown === html) return;
  place.shown = html;
  become(place, parsed(html));
}

const scroller = () => $("#fn-scroll");

/** A growing answer is followed until its question is at the top; then the reader scrolls. */
function follow(place) {
  const text = $(".fn-said-here", place).getBoundingClientRect();
  const room = place.getBoundingClientRect().top - scroller().getBoundingClientRect().top;
  const hidden = text.bottom - scroller().getBoundingClientRect().bottom;
  if (hidden > 0 && room > 8 && text.top < scroller().getBoundingClientRect().bottom) scroller().scrollTop += Math.min(hidden + 8, room - 8);
}

function end(place, outcome) {
  place.setAttribute("aria-busy", "false");
  place.dataset.outcome = outcome;
  state.pending = null;
  setBusy(false);
}

function finish(place, frame, { isNew }) {
  place.setAttribute("aria-busy", "false");
  addActions(place, frame);
  const notes = all(".fn-note", place).length;
  const told = { answered: `Answer ready, ${plural(notes, "footnote")}`, abstained: "No answer: the articles do not tell", stopped: "Stopped", failed: "No answer" };
  say(told[frame.outcome] || "");
  if (isNew || frame.turn === 1) { setTitle(frame.title); }
  if (place === exchanges().at(-1)) {
    suggest(place, frame);
    if (notes && frame.outcome === "answered" && WIDE.matches && kept.get("reader") !== "closed") openNote(frame.turn, 1);
    else closeReader({ quietly: true });
  }
  refreshRail();
}

function addActions(place, frame) {
  $(".fn-actions", place)?.remove();
  const isLast = () => place === exchanges().at(-1);
  place.append(actions(frame, {
    again: () => isLast() ? ask(frame.asks, { turn: frame.turn, restricted: frame.scope }) : ask(frame.asks, { turn: 0 }),
    edit: () => edit(frame),
  }));
}

async function suggest(place, frame) {
  if (frame.outcome !== "answered" && frame.outcome !== "abstained") return;
  await new Promise((resolve) => { setTimeout(resolve, BEFORE_SUGGESTIONS_MILLISECONDS); });
  if (state.busy || place !== exchanges().at(-1)) return;
  try {
    const questions = await nextQuestions(place, frame);
    if (!questions.length || state.busy || place !== exchanges().at(-1) || current() !== frame.conversation) return;
    place.append(h("div", { class: "fn-next" }, h("p", { class: "fn-label" }, "The articles also answer"),
      h("ul", {}, ...questions.map((question) => h("li", {}, h("button", { type: "button", dir: "auto", onclick: () => ask(question, { turn: 0 }) }, question))))));
  } catch { /* suggestions are a gift, not a promise */ }
}

/** Questions that lead on, or those to start with where there is nothing to lead on from. */
async function nextQuestions(place, frame) {
  const { questions } = await call(`conversations/${frame.conversation}/answers/${frame.turn}/followups`);
  if (questions.length || $(".fn-note", place)) return questions;
  const asked = exchanges().map((one) => one.frame?.asks);
  return (await call("examples")).questions.filter((question) => !asked.includes(question));
}

function edit(frame) {
  state.replaces = frame.turn;
  showScope(frame.scope);
  box().value = frame.asks;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  $("#fn-editing").hidden = false;
  box().focus();
}

export function stopEditing() {
  state.replaces = 0;
  $("#fn-editing").hidden = true;
}

function setBusy(isBusy) {
  state.busy = isBusy;
  document.body.classList.toggle("fn-busy", isBusy);
}

export async function stop() {
  if (!state.busy || !state.id) return;
  try { await call(`conversations/${state.id}/stop`, { method: "POST" }); } catch (error) { toast(error.message); }
}

export function showTalk() {
  document.body.dataset.view = "talk";
  for (const button of all("[data-view-of]")) button.setAttribute("aria-pressed", String(button.dataset.viewOf === "talk"));
}

/** Another conversation, or a new one. */
export async function openConversation(id, { push = true, anchor = "" } = {}) {
  showTalk();
  stopEditing();
  closeReader();
  if (!/^[0-9a-f]{32}$/.test(id)) id = ""; // it becomes part of an address
  state.left.add(state.id);
  state.id = "";
  showShared("");
  state.pending = null;
  setBusy(false);
  $("#fn-exchanges").replaceChildren();
  setTitle("");
  if (push) history.pushState(null, "", id ? `?c=${id}` : location.pathname);
  $("#fn-welcome").hidden = Boolean(id);
  if (!id) { markCurrent(); box().focus(); return; }
  state.left.delete(id);
  const asked = (state.id = id);
  markCurrent();
  try {
    const { title, shared, frames } = await call(`conversations/${id}`);
    if (asked !== state.id) return;
    if (shared) { showShared(id); state.id = ""; }
    setTitle(title);
    $("#fn-exchanges").append(...frames.map((frame) => exchange({ ...frame, shared })));
    const last = frames.at(-1);
    if (last?.outcome === "coming") rejoin();
    const target = anchor && document.getElementById(anchor.slice(1));
    if (target) target.style.contentVisibility = "visible"; // its height, guessed until it is seen, would move it
    if (target) scrollTo(target, "start");
    else scroller().scrollTop = shared ? 0 : scroller().scrollHeight;
    if (last) suggest(exchanges().at(-1), last);
  } catch (error) {
    state.id = "";
    $("#fn-welcome").hidden = false;
    history.replaceState(null, "", location.pathname);
    toast(error.message);
  }
}

function exchange(frame) {
  const place = emptyExchange(frame.asks);
  write(place, frame);
  if (frame.outcome !== "coming") addActions(place, frame);
  return place;
}

/** The page was reloaded while an answer came: go on where it is. */
function rejoin() {
  state.pending = exchanges().at(-1);
  setBusy(true);
  listen();
  send({ follow: state.id });
}

export const title = () => state.title;

export function setTitle(title) {
  state.title = title;
  $("#fn-head").hidden = !title;
  document.title = title ? `${title} · Footnote` : "Footnote";
}

/** Enter asks, Shift+Enter begins a line; an input method's Enter only takes its word. */
function pressed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === INPUT_METHOD_KEY) return;
  event.preventDefault();
  event.stopPropagation();
  ask();
}

export function startTalk() {
  box().addEventListener("keydown", pressed);
  $("#fn-send").addEventListener("click", () => ask());
  $("#fn-stop").addEventListener("click", stop);
  $("#fn-editing button").addEventListener("click", () => { stopEditing(); clearBox(); });
  addEventListener("popstate", () => openConversation(new URLSearchParams(location.search).get("c") || "", { push: false }));
}
