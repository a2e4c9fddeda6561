// A step while it is written. When it is complete the server's own rendering takes its place.

import { element, fromHtml } from "./dom.js";

export class LiveStep {
  constructor() {
    this.section = element("section", { className: "gba-step", ariaLabel: "step" });
    this.section.setAttribute("aria-busy", "true");
    this.answer = "";
    this.rows = new Map();
    this.grammars = [];
  }

  row(key, kind) {
    if (!this.rows.has(key)) {
      const text = element("div", { className: "gba-text" });
      const label = element("div", { className: "gba-label" }, kind);
      const row = element("div", { className: `gba-row gba-${kind}` }, label, text);
      this.section.append(row);
      this.rows.set(key, text);
    }
    return this.rows.get(key);
  }

  say(kind, text) {
    if (kind === "answer") this.answer += text;
    this.row(kind, kind).append(text);
  }

  tool({ index, name, odds, grammar }) {
    this.section.append(fromHtml(odds));
    const text = this.row(`call${index}`, "call");
    text.classList.add("gba-code");
    text.replaceChildren(element("b", {}, name), " ");
    this.grammars.push({ name, grammar });
  }

  write({ index, text, generated }) {
    const into = this.row(`call${index}`, "call");
    for (const [part, kind] of [[text.slice(0, generated), "gba-own"], [text.slice(generated), "gba-forced"]]) {
      if (!part) continue;
      const last = into.lastElementChild;
      if (last?.className === kind) last.append(part);
      else into.append(element("span", { className: kind }, part));
    }
  }

  again({ index, violations }) {
    const call = this.rows.get(`call${index}`);
    if (call) call.replaceChildren(call.firstElementChild, " ");
    else this.row("answer", "answer").replaceChildren();
    this.answer = "";
    this.row("note", "note").replaceChildren(`Written again: ${violations.join("; ")}`);
  }

  // What takes its place, with the grammars that held each call.
  complete(html) {
    const made = fromHtml(html).firstElementChild;
    for (const { name, grammar } of this.grammars) {
      const body = element("pre", { tabIndex: 0 }, grammar);
      made.append(element("details", {}, element("summary", {}, `Grammar of ${name}`), body));
    }
    this.section.replaceWith(made);
    return made;
  }

  unfinished() {
    this.section.classList.add("gba-unfinished");
    this.section.removeAttribute("aria-busy");
  }
}
