// The articles: listed, searched, read, chosen for a question, added and removed.
import { $, all, address, call, h, plural, say, settle, toast } from "./dom.js";
import { openArticle } from "./reader.js";
import { change, choose, isChosen, onScope, order } from "./scope.js";

const PAGE = 100;
const MOST_AT_ONCE = 200;
const state = { offset: 0, asked: 0, limits: null, editable: false };
let changed = () => {};

export function startArticles({ onChange }) {
  changed = onChange;
  $("#fn-search").addEventListener("input", settle(() => list()));
  $("#fn-sort").addEventListener("change", () => list());
  $("#fn-outlet").addEventListener("change", () => { change({ outlet: $("#fn-outlet").value }); list(); });
  for (const end of ["since", "until"]) $(`#fn-${end}`).addEventListener("change", (event) => { change({ [end]: event.target.value }); list(); });
  $("#fn-more").addEventListener("click", () => list({ more: true }));
  $("#fn-files").addEventListener("change", (event) => { add([...event.target.files]); event.target.value = ""; });
  $("#fn-again").addEventListener("click", sync);
  onScope(showChosen);
  startDropping();
}

export function showArticles() {
  document.body.dataset.view = "articles";
  for (const button of all("[data-view-of]")) button.setAttribute("aria-pressed", String(button.dataset.viewOf === "articles"));
  $("#fn-scroll").scrollTop = 0;
  list();
}

export async function list({ more = false } = {}) {
  const asked = ++state.asked;
  const offset = more ? state.offset + PAGE : 0;
  const [sort, descending] = $("#fn-sort").value.split(" ");
  const { outlet, since, until } = order();
  const wanted = new URLSearchParams({ search: $("#fn-search").value, sort, descending, offset, limit: PAGE });
  for (const [name, value] of Object.entries({ outlet, since, until })) if (value) wanted.set(name, value);
  try {
    const found = await call(`articles?${wanted}`);
    if (asked !== state.asked) return;
    state.offset = offset;
    draw(found, { more });
  } catch (error) {
    if (asked === state.asked) toast(error.message);
  }
}

function draw(found, { more }) {
  state.editable = found.editable;
  state.limits = found.limits;
  const rows = found.articles.map(row);
  if (more) $("#fn-rows").append(...rows);
  else $("#fn-rows").replaceChildren(...rows);
  const shown = all("#fn-rows > li").length;
  $("#fn-total").textContent = found.total ? plural(found.total, "article") : isFiltered() ? "No article fits." : "No articles yet.";
  $("#fn-more").hidden = shown >= found.total;
  $("#fn-more").textContent = `Show more (${(found.total - shown).toLocaleString("en")})`;
  $("#fn-add").hidden = !found.editable;
  $("#fn-takes").textContent = found.editable ? `or drop them here: text, Markdown, HTML, PDF, Word, OpenDocument, RTF, EPUB, e-mail, JSON or CSV, up to ${found.limits.file_mb} MB each` : "";
  if (found.editable) $("#fn-files").accept = found.limits.suffixes.join(",");
  drawOutlets(found.outlets);
  $("#fn-skipped").hidden = !found.skipped.length;
  $("#fn-skipped summary").textContent = `${plural(found.skipped.length, "file")} not read`;
  $("#fn-skipped ul").replaceChildren(...found.skipped.slice(0, 200).map(({ path, why }) => h("li", { dir: "auto" }, h("b", {}, path), ` ${why}`)));
}

function isFiltered() {
  const { outlet, since, until } = order();
  return Boolean($("#fn-search").value.trim() || outlet || since || until);
}

function drawOutlets(outlets) {
  const { outlet } = order();
  const options = outlets.map(({ name, articles }) => h("option", { value: name }, `${name} (${articles})`));
  $("#fn-outlet").replaceChildren(h("option", { value: "" }, "All outlets"), ...options);
  $("#fn-outlet").value = outlet;
}

function row(article) {
  const facts = [article.outlet, article.published || "no date is known", `${article.characters.toLocaleString("en")} characters`, plural(article.chunks, "chunk")].filter(Boolean);
  const title = h("button", { type: "button", class: "fn-open", dir: "auto", onclick: (event) => openArticle(article.source, event.currentTarget) }, article.title || article.source);
  const tick = h("input", { type: "checkbox", "aria-label": `Ask only: ${article.title || article.source}`, onchange: (event) => choose(article.source, event.target.checked) });
  tick.checked = isChosen(article.source);
  const told = [
    ...article.copies.slice(0, 3).map((copy) => h("span", { class: "fn-tag", dir: "auto" }, `same account as ${copy}`)),
    ...article.problems.map((problem) => h("span", { class: "fn-tag fn-problem", dir: "auto" }, problem)),
  ];
  if (article.copies.length > 3) told.splice(3, 0, h("span", { class: "fn-tag" }, `and ${article.copies.length - 3} more`));
  const line = h("li", { "data-source": article.source }, tick, h("div", {}, title,
    h("p", { class: "fn-facts", dir: "auto" }, facts.join(" · ")), h("p", { class: "fn-file", dir: "auto" }, article.source), ...told));
  if (state.editable) line.append(h("button", { type: "button", class: "fn-remove", "aria-label": `Remove ${article.source}`, onclick: () => remove(article) }, "Remove"));
  return line;
}

function showChosen() {
  for (const tick of all("#fn-rows input")) tick.checked = isChosen(tick.closest("li").dataset.source);
  const { outlet, since, until } = order();
  const before = [$("#fn-outlet").value, $("#fn-since").value, $("#fn-until").value].join();
  $("#fn-outlet").value = outlet;
  $("#fn-since").value = since;
  $("#fn-until").value = until;
  if (document.body.dataset.view === "articles" && before !== [outlet, since, until].join()) list();
}

async function remove(article) {
  try {
    const { token, articles } = await call(`articles?source=${encodeURIComponent(article.source)}`, { method: "DELETE" });
    choose(article.source, false);
    await sync({ quiet: true });
    toast(`${articles > 1 ? plural(articles, "article") : article.title || article.source} removed.`, { label: "Undo", run: () => restore(token) });
  } catch (error) { toast(error.message); }
}

async function restore(token) {
  try {
    await call(`articles/restore?token=${encodeURIComponent(token)}`, { method: "POST" });
    await sync({ quiet: true });
    toast("It is back.");
  } catch (error) { toast(error.message); }
}

/** Brings the index in line with the folder, and the list with the index. */
async function sync({ quiet = false } = {}) {
  say("Indexing");
  document.body.classList.add("fn-indexing");
  try {
    const report = await call("sync", { method: "POST" });
    if (quiet !== true) toast(`${report.added} added, ${report.replaced} replaced, ${report.removed} removed, ${report.unchanged} unchanged.`);
  } finally { document.body.classList.remove("fn-indexing"); }
  await list();
  changed();
}

function startDropping() {
  let inside = 0;
  const holdsFiles = (event) => state.editable !== false && [...(event.dataTransfer?.types || [])].includes("Files");
  const leave = () => { inside = 0; document.body.classList.remove("fn-dropping"); };
  addEventListener("dragenter", (event) => { if (holdsFiles(event)) { inside += 1; document.body.classList.add("fn-dropping"); } });
  addEventListener("dragleave", () => { if (--inside <= 0) leave(); });
  addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    leave();
    showArticles();
    add([...event.dataTransfer.files]);
  });
}

/** Sends files one after the other, each with its own line; then the index follows once. */
async function add(files) {
  const lines = files.slice(0, MOST_AT_ONCE).map((file) => ({ file, line: h("li", { dir: "auto" }, h("b", {}, file.name), h("span", {}, " waits")) }));
  $("#fn-adding").replaceChildren(...lines.map(({ line }) => line));
  if (files.length > MOST_AT_ONCE) $("#fn-adding").append(h("li", { class: "fn-refused" }, `${files.length - MOST_AT_ONCE} more files: at most ${MOST_AT_ONCE} at once`));
  let added = 0;
  for (const { file, line } of lines) {
    const tell = (text, kind = "") => { line.className = kind; line.lastChild.textContent = ` ${text}`; };
    try {
      const { articles } = await send(file, (share) => tell(`${Math.round(share * 100)} %`));
      added += articles;
      tell(articles > 1 ? `added, ${articles} articles` : "added", "fn-added");
    } catch (error) { tell(error.message, "fn-refused"); }
  }
  if (added) {
    try { await sync({ quiet: true }); } catch (error) { toast(error.message); }
  }
  say(added ? `${plural(added, "article")} added` : "Nothing was added");
}

function send(file, onShare) {
  if (state.limits && file.size > state.limits.file_mb * 1e6) return Promise.reject(new Error(`is larger than ${state.limits.file_mb} MB`));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(`articles?name=${encodeURIComponent(file.name)}`));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onShare(event.loaded / event.total); });
    request.addEventListener("load", () => {
      let data = {};
      try { data = JSON.parse(request.responseText); } catch { /* not ours */ }
      if (request.status < 300) resolve(data);
      else reject(new Error(data.error || `refused (${request.status})`));
    });
    request.addEventListener("error", () => reject(new Error("the server does not answer")));
    request.send(file);
  });
}
