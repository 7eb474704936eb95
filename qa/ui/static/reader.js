// The article beside the answer: opened at a footnote's quote, the next and the previous quote one key away.
import { $, all, call, h, say, scrollTo, toast } from "./dom.js";

const CARD_DELAY = 120;
const state = { turn: null, number: null, cameFrom: null, asked: 0 };
let conversation = () => "";

export function startReader({ currentConversation }) {
  conversation = currentConversation;
  // In the capture phase, before the page's own router sees the click. Enter on a link is a click too.
  document.addEventListener("click", onClick, true);
  document.addEventListener("keydown", onKey);
  $("#fn-read-close").addEventListener("click", () => close());
  $("#fn-read-next").addEventListener("click", () => step(1));
  $("#fn-read-previous").addEventListener("click", () => step(-1));
  startCards();
}

const place = (link) => (/^#src-(\d+)-(\d+)$/.exec(link.hash) || []).slice(1).map(Number);

function onClick(event) {
  const link = event.target.closest?.('a[href^="#src-"]');
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const [turn, number] = place(link);
  state.cameFrom = link;
  openNote(turn, number, { focus: true });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !$("dialog[open]") && isOpen()) { close(); event.preventDefault(); return; }
  if (event.target.closest?.("textarea, input, select, [contenteditable]")) return;
  const by = { n: 1, p: -1 }[event.key];
  if (by) { event.preventDefault(); step(by); }
}

export const isOpen = () => !$("#fn-read").hidden;

/** Opens the article of a footnote of an answer, scrolled to its quote. */
export async function openNote(turn, number, { focus = false } = {}) {
  hideCard();
  setCurrent(turn, number);
  const shown = $("#fn-read").dataset.shows;
  const mark = shown === `${conversation()}/${turn}` && $(`#fn-read-text mark[data-numbers~="${number}"]`);
  if (mark && isOpen()) { arrive(number, focus); return; }
  await load(`conversations/${conversation()}/answers/${turn}/sources/${number}`, (article) => {
    $("#fn-read").dataset.shows = `${conversation()}/${turn}`;
    draw(article, { turn });
    arrive(number, focus);
  });
}

/** Opens any article, at its beginning or at the characters that an address names. */
export async function openArticle(source, cameFrom = null, { start = null, end = null } = {}) {
  const mark = start !== null && end !== null ? `&mark=${encodeURIComponent(`1:${start}:${end}`)}&around=${encodeURIComponent(start)}` : "";
  state.turn = state.number = null;
  state.cameFrom = cameFrom;
  clearCurrent();
  await load(`article?source=${encodeURIComponent(source)}${mark}`, (article) => {
    $("#fn-read").dataset.shows = "";
    draw(article, { turn: null });
    $("#fn-read-body").scrollTop = 0;
    const first = $("#fn-read-text mark");
    for (const one of all("#fn-read-text mark")) one.classList.add("fn-current");
    if (first) scrollTo(first);
    $("#fn-read-title").focus({ preventScroll: true });
  });
}

async function load(path, use) {
  const asked = ++state.asked;
  try {
    const article = await call(path);
    if (asked === state.asked) { show(); use(article); }
  } catch (error) {
    if (asked === state.asked) toast(error.message);
  }
}

function show() {
  $("#fn-read").hidden = false;
  document.body.classList.add("fn-reading");
}

export function close({ quietly = false } = {}) {
  if (!isOpen()) return;
  $("#fn-read").hidden = true;
  document.body.classList.remove("fn-reading");
  clearCurrent();
  if (!quietly && state.cameFrom?.isConnected) { scrollTo(state.cameFrom, "nearest"); state.cameFrom.focus({ preventScroll: true }); }
}

function draw(article, { turn }) {
  const facts = [article.outlet, article.published, article.pages ? `${article.pages} pages` : ""].filter(Boolean);
  $("#fn-read-title").textContent = article.title || article.source;
  $("#fn-read-facts").textContent = facts.join(" · ");
  const file = [article.source, article.author ? `by ${article.author}` : "", article.url || ""].filter(Boolean);
  $("#fn-read-file").textContent = file.join(" · ");
  const copies = article.copies || [];
  $("#fn-read-copies").textContent = copies.length ? `The same account is also in ${copies.slice(0, 5).join(", ")}${copies.length > 5 ? ` and ${copies.length - 5} more` : ""}.` : "";
  $("#fn-read-notice").textContent = article.notice || "";
  const text = article.paragraphs.map((paragraph) => h("p", { dir: "auto" }, ...paragraph.map(segment)));
  if (article.before) text.unshift(h("p", { class: "fn-cut" }, `… ${article.before.toLocaleString("en")} characters before`));
  if (article.after) text.push(h("p", { class: "fn-cut" }, `… ${article.after.toLocaleString("en")} characters after`));
  $("#fn-read-text").replaceChildren(...text);
  $("#fn-read-steps").hidden = turn === null;
}

function segment({ text, numbers }) {
  if (!numbers.length) return document.createTextNode(text);
  return h("mark", { "data-numbers": numbers.join(" ") }, text);
}

function arrive(number, focus) {
  const marks = all("#fn-read-text mark");
  for (const mark of marks) mark.classList.toggle("fn-current", mark.dataset.numbers.split(" ").includes(String(number)));
  const first = marks.find((mark) => mark.classList.contains("fn-current"));
  const notes = notesOf(state.turn);
  const at = notes.findIndex((note) => note.number === number);
  $("#fn-read-where").textContent = `Footnote ${number} (${at + 1} of ${notes.length})`;
  if (first) {
    // Centred where it fits, else from its first line.
    const tall = marks.filter((mark) => mark.classList.contains("fn-current"))
      .reduce((height, mark) => height + mark.getBoundingClientRect().height, 0);
    scrollTo(first, tall > $("#fn-read-body").clientHeight * 0.7 ? "start" : "center");
  }
  if (focus) $("#fn-read-title").focus({ preventScroll: true });
  say(`Footnote ${number}: ${$("#fn-read-title").textContent}`);
}

const notesOf = (turn) => all(`#answer-${turn} .fn-note`).map((link) => ({ link, number: place(link)[1] }));

/** The next or the previous footnote of the answer that is being checked; of the last answer where none is. */
function step(by) {
  const turn = state.turn ?? lastTurn();
  const notes = turn === null ? [] : notesOf(turn);
  if (!notes.length) return;
  const at = notes.findIndex((note) => note.number === state.number && turn === state.turn);
  const next = notes[at < 0 ? (by > 0 ? 0 : notes.length - 1) : (at + by + notes.length) % notes.length];
  if (!isOpen()) state.cameFrom = $(`#answer-${turn} a.fn-mark[href="#src-${turn}-${next.number}"]`) || next.link;
  openNote(turn, next.number);
}

function lastTurn() {
  const links = all("a.fn-note");
  return links.length ? place(links[links.length - 1])[0] : null;
}

function setCurrent(turn, number) {
  clearCurrent();
  state.turn = turn;
  state.number = number;
  for (const link of all(`a[href="#src-${turn}-${number}"]`)) {
    link.classList.add("fn-current");
    link.setAttribute("aria-current", "true");
  }
}

function clearCurrent() {
  for (const link of all("a.fn-current")) { link.classList.remove("fn-current"); link.removeAttribute("aria-current"); }
}

/** The current footnote stays marked when its answer is drawn anew. */
export function remark(turn) {
  if (state.turn === turn && isOpen()) setCurrent(turn, state.number);
}

// Hovering over a footnote, or reaching it by keyboard, shows its quote.
function startCards() {
  let timer;
  const later = (link) => { clearTimeout(timer); timer = setTimeout(() => showCard(link), CARD_DELAY); };
  document.addEventListener("mouseover", (event) => {
    const link = event.target.closest?.("a.fn-mark[href]");
    if (link) later(link);
    else if (!event.target.closest?.("#fn-card")) { clearTimeout(timer); hideCard(); }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("a.fn-mark:focus-visible")) later(event.target);
    else { clearTimeout(timer); hideCard(); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideCard(); });
  document.addEventListener("scroll", hideCard, true);
}

function showCard(link) {
  const [turn, number] = place(link);
  const note = document.getElementById(`src-${turn}-${number}`);
  if (!note || !link.isConnected) return;
  const card = $("#fn-card");
  card.replaceChildren(
    h("span", { class: "fn-card-quote", dir: "auto" }, `“${note.querySelector(".fn-quote").innerText}”`),
    h("span", { class: "fn-card-facts", dir: "auto" }, [".fn-title", ".fn-fact"].map((one) => note.querySelector(one)?.textContent).filter(Boolean).join(" · ")),
  );
  card.hidden = false;
  const box = link.getBoundingClientRect();
  const width = card.offsetWidth, height = card.offsetHeight;
  card.style.left = `${Math.max(8, Math.min(box.left - 24, innerWidth - width - 8))}px`;
  card.style.top = `${box.bottom + height + 12 > innerHeight ? Math.max(8, box.top - height - 8) : box.bottom + 8}px`;
  link.setAttribute("aria-describedby", "fn-card");
}

function hideCard() {
  const card = $("#fn-card");
  if (!card || card.hidden) return;
  card.hidden = true;
  for (const link of all('[aria-describedby="fn-card"]')) link.removeAttribute("aria-describedby");
}
