// Which tools are on, and how the model is asked.

import { byId, element } from "./dom.js";

const boxes = () => [...byId("tools").querySelectorAll("input")];

export const chosenTools = () => boxes().filter((box) => box.checked).map((box) => box.value);

export function temperature() {
  const value = Number.parseFloat(byId("temperature").value);
  return Number.isFinite(value) ? value : null;
}

function count() {
  const all = boxes();
  byId("tools-on").textContent = all.length ? `${chosenTools().length} of ${all.length} on` : "none";
}

let known = "";
let arrived;

// Resolved once it is known which tools there are.
export const ready = new Promise((resolve) => { arrived = resolve; });

export function fill(model) {
  if (known === JSON.stringify(model.tools)) return;
  known = JSON.stringify(model.tools);
  byId("tools").querySelectorAll("label").forEach((label) => label.remove());
  for (const tool of model.tools) {
    const box = element("input", { type: "checkbox", value: tool.name, checked: true });
    box.addEventListener("change", count);
    byId("tools").append(element("label", {}, box, ` ${tool.name} `, element("small", {}, tool.description)));
  }
  byId("temperature").value = model.temperature;
  byId("format").textContent = `Chat format: ${model.chat_format}. ${model.context} tokens of context.`;
  count();
  arrived();
}
