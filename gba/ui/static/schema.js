import { byId, element } from "./dom.js";
import { ask } from "./net.js";

const EXAMPLE = {
  type: "object",
  properties: {
    dish: { enum: ["soup", "salad"] },
    portions: { type: "integer", minimum: 1, maximum: 12 },
    note: { type: "string", maxLength: 40 },
  },
  required: ["dish", "portions"],
  additionalProperties: false,
};
let seed = 0;

export function start() {
  byId("schema-text").value = JSON.stringify(EXAMPLE, null, 2);
  byId("sample-text").value = '{"dish":"soup","portions":15}';
  byId("compile").addEventListener("submit", (event) => {
    event.preventDefault();
    compile();
  });
  byId("another").addEventListener("click", () => {
    seed += 1;
    compile();
  });
}

async function compile() {
  const into = byId("compiled");
  const body = {
    schema: byId("schema-text").value,
    text: byId("sample-text").value || null,
    whitespace: byId("whitespace").value,
    seed,
  };
  try {
    into.replaceChildren(...parts(await ask("/ui/schema", body), body.text));
  } catch (error) {
    into.replaceChildren(element("p", { className: "bad", role: "alert" }, error.message));
  }
}

function parts(told, text) {
  const residual = told.residual.length
    ? element("ul", {}, ...told.residual.map((left) => element("li", {}, left)))
    : element("p", { className: "good" }, "Nothing: the grammar enforces all of it.");
  return [
    ...(told.text ? checked(told.text, text) : []),
    element("h3", {}, "A sentence of the grammar"),
    element("pre", { id: "sentence" }, told.sentence),
    ...told.sentence_breaks.map((why) => element("p", { className: "bad" }, `The check would refuse it: ${why}`)),
    element("h3", {}, "Not in the grammar, checked afterwards"),
    residual,
    element("h3", {}, "GBNF"),
    element("pre", { id: "gbnf", tabIndex: 0 }, told.gbnf),
  ];
}

function checked(told, text) {
  const points = [...text]; // the server counts characters, not the halves of some
  const good = points.slice(0, told.at).join("");
  const rest = points.slice(told.at).join("");
  const shown = element("pre", { id: "checked" }, element("span", { className: "good" }, good), element("span", { className: "wrong" }, rest));
  return [element("h3", {}, "Your text"), shown, ...verdict(told, rest)];
}

function verdict(told, rest) {
  if (told.valid && told.violations.length) {
    return told.violations.map((why) => element("p", { className: "bad" }, `The grammar allows it, the check does not: ${why}`));
  }
  if (told.valid) return [element("p", { className: "good" }, "It is allowed.")];
  const what = rest
    ? `It stops being valid at line ${told.line}, column ${told.column}.`
    : "It is allowed so far, and not complete.";
  return [element("p", { className: "bad" }, `${what} Here may come: ${told.expected.join(", ")}`)];
}
