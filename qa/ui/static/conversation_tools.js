// What can be done with a whole conversation: name it, save it, print it, delete it.
import { $, address, call, h, toast } from "./dom.js";
import { refresh as refreshRail } from "./rail.js";
import { current, openConversation, setTitle, stop, title } from "./talk.js";

export function startConversationTools() {
  $("#fn-rename").addEventListener("click", rename);
  $("#fn-delete").addEventListener("click", remove);
  $("#fn-print").addEventListener("click", () => print());
  for (const kind of ["md", "json"]) $(`#fn-export-${kind}`).addEventListener("click", () => save(kind));
}

function save(kind) {
  const link = h("a", { href: address(`conversations/${current()}/export.${kind}`), download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}

async function rename() {
  const name = prompt("Name of this conversation", title());
  if (name === null || !name.trim()) return;
  try {
    await call(`conversations/${current()}`, { method: "PATCH", body: { name: name.trim() } });
    setTitle(name.trim());
    refreshRail();
  } catch (error) { toast(error.message); }
}

async function remove() {
  if (!confirm("Delete this conversation? This cannot be undone.")) return;
  try {
    await stop();
    await call(`conversations/${current()}`, { method: "DELETE" });
    openConversation("");
    refreshRail();
  } catch (error) { toast(error.message); }
}
