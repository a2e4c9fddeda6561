// The page of `gba ui`: tabs, theme, and whether the server and its model are there.

import * as chat from "./chat.js";
import { byId } from "./dom.js";
import * as grammar from "./grammar.js";
import { ask } from "./net.js";
import * as runs from "./runs.js";
import * as schema from "./schema.js";
import { fill } from "./settings.js";

const PERIOD = 2000;
let model = null;
let away = false;

const views = { chat() {}, grammar: grammar.show, schema() {}, runs: () => runs.show(Boolean(model?.runs)) };

const tabs = [...document.querySelectorAll("[role=tab]")];

function open(tab) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    byId(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  tab.focus();
  views[tab.getAttribute("aria-controls")]();
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => open(tab));
  tab.addEventListener("keydown", (event) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    open(tabs.at(to % tabs.length));
  });
}

const THEMES = ["auto", "light", "dark"];

function theme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").textContent = `Theme: ${name}`;
  localStorage.setItem("gba-theme", name);
}

theme(THEMES.includes(localStorage.getItem("gba-theme")) ? localStorage.getItem("gba-theme") : "auto");
byId("theme").addEventListener("click", () => {
  theme(THEMES[(THEMES.indexOf(localStorage.getItem("gba-theme")) + 1) % THEMES.length]);
});

function banner(text) {
  byId("banner").textContent = text;
  byId("banner").hidden = !text;
}

async function look() {
  try {
    model = await ask("/ui/model");
    byId("model").textContent = model.model;
    fill(model);
    if (away) banner("");
    away = false;
  } catch (error) {
    away = true;
    const what = error.gone ? "gba ui does not answer" : error.message.replace(/\.$/, "");
    banner(`${what}. Your conversation is kept here; trying again …`);
  }
}

chat.start();
schema.start();
look();
setInterval(look, PERIOD);
byId("request").focus();
