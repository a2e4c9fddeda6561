import { byId, element } from "./dom.js";
import { ask } from "./net.js";
import { chosenTools } from "./settings.js";

const text = (gbnf) => element("pre", { tabIndex: 0 }, gbnf);

export async function show() {
  const into = byId("grammars");
  const names = chosenTools();
  if (!names.length) {
    into.replaceChildren(element("p", {}, "No tool is on: the model just answers, and nothing holds it."));
    return;
  }
  try {
    const { tools, whole } = await ask("/ui/grammar", { tools: names });
    const parts = tools.flatMap(({ name, gbnf, residual }) => [
      element("h3", {}, `Arguments of ${name}`),
      ...residual.map((left) => element("p", { className: "bad" }, `Not in the grammar, checked afterwards: ${left}`)),
      text(gbnf),
    ]);
    const all = element("details", {}, element("summary", {}, "A whole call as JSON, as one grammar"), text(whole));
    into.replaceChildren(element("h3", {}, "Names"), text(names.concat("an answer").join(" | ")), ...parts, all);
  } catch (error) {
    into.replaceChildren(element("p", { className: "bad", role: "alert" }, error.message));
  }
}
