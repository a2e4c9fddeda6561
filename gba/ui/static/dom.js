// Elements, and the one place where HTML becomes elements: the server's own, in which everything is escaped.

const policy = globalThis.trustedTypes?.createPolicy("gba", { createHTML: (text) => text });

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

export function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}
