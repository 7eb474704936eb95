// What can be done with an answer: copy it, share it, print it, ask it again, say whether it helped.
import { $, call, callText, copyText, h, toast } from "./dom.js";

export function actions(frame, { again, edit }) {
  const path = `conversations/${frame.conversation}/answers/${frame.turn}`;
  const copy = (kind, what) => async () => {
    try { await copyText(await callText(`${path}.${kind}`)); toast(`${what} copied, with its footnotes.`); } catch (error) { toast(error.message); }
  };
  const share = async () => {
    try {
      const { id } = frame.shared ? { id: frame.conversation } : await call(`${path}/share`, { method: "POST" });
      await copyText(new URL(`?c=${id}`, location.href.split("#")[0]).href);
      toast(`Link copied. Whoever may open this page can read this answer with it${frame.shared ? "" : ", until you delete the conversation"}.`);
    } catch (error) { toast(error.message); }
  };
  const row = h("div", { class: "fn-actions", role: "group", "aria-label": `What to do with answer ${frame.turn}` });
  const add = (label, onclick, attributes = {}) => row.append(h("button", { type: "button", onclick, ...attributes }, label));
  if (frame.outcome === "answered" || frame.outcome === "abstained") {
    add("Copy", copy("txt", "Answer"));
    add("Copy as Markdown", copy("md", "Answer as Markdown"));
    add("Share", share, { title: "Copy a link with which others can read this answer" });
    add("Print", () => printOne(document.getElementById(`answer-${frame.turn}`)));
  }
  add("Ask again", again);
  add("Edit", edit, { class: "fn-edit" });
  if ((frame.outcome === "answered" || frame.outcome === "abstained") && !frame.shared) row.append(votes(frame, path));
  return row;
}

function printOne(place) {
  document.body.classList.add("fn-print-one");
  place.classList.add("fn-printed");
  addEventListener("afterprint", () => {
    document.body.classList.remove("fn-print-one");
    place.classList.remove("fn-printed");
  }, { once: true });
  print();
}

function votes(frame, path) {
  const place = h("span", { class: "fn-votes" });
  const draw = () => {
    const button = (vote, label, name) => h("button", {
      type: "button", "aria-pressed": String(frame.vote === vote), "aria-label": name, title: name,
      onclick: () => give(frame.vote === vote ? "" : vote),
    }, label);
    place.replaceChildren(button("up", "👍", "This answer helped"), button("down", "👎", "This answer did not help"));
  };
  const send = async (vote, comment) => {
    try {
      await call(`${path}/vote`, { method: "POST", body: { vote, comment } });
      Object.assign(frame, { vote, comment });
      draw();
      return true;
    } catch (error) { toast(error.message); return false; }
  };
  const give = async (vote) => {
    if (await send(vote, "") && vote) askWhy(place, vote, send);
    else $(".fn-why", place.parentElement)?.remove();
  };
  draw();
  return place;
}

function askWhy(place, vote, send) {
  $(".fn-why", place.parentElement)?.remove();
  const words = h("input", { type: "text", maxlength: "2000", "aria-label": "Your comment", placeholder: vote === "up" ? "What was good? (optional)" : "What is wrong? (optional)" });
  const form = h("form", { class: "fn-why" }, words, h("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (words.value.trim() && !(await send(vote, words.value.trim()))) return;
    form.remove();
    toast("Thank you; it is kept on this server.");
  });
  place.parentElement.append(form);
  words.focus();
}
