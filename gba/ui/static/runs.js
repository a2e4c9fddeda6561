import { byId, element, fromHtml } from "./dom.js";
import { ask } from "./net.js";

export async function show(there) {
  byId("runs-none").hidden = there;
  if (!there) return;
  try {
    byId("runs-list").replaceChildren(...(await ask("/ui/runs")).map(entry));
  } catch (error) {
    byId("runs-list").replaceChildren(element("li", { className: "bad" }, error.message));
  }
}

function entry(run) {
  if (run.error) return element("li", { className: "bad" }, run.error);
  const about = [run.model, run.started.slice(0, 19).replace("T", " "), `${run.steps} steps`];
  if (!run.complete) about.push("not complete");
  const open = element("button", { type: "button" }, run.asked || run.name, element("small", {}, about.join(" · ")));
  open.addEventListener("click", () => load(run.name, open));
  return element("li", {}, open);
}

async function load(name, open) {
  document.querySelectorAll("#runs-list button").forEach((each) => each.removeAttribute("aria-current"));
  open.setAttribute("aria-current", "true");
  try {
    byId("run").replaceChildren(fromHtml((await ask(`/ui/runs/${name.split("/").map(encodeURIComponent).join("/")}`)).html));
  } catch (error) {
    byId("run").replaceChildren(element("p", { className: "bad", role: "alert" }, error.message));
  }
  byId("run").focus();
}
