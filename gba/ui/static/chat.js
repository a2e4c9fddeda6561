import { byId, element, fromHtml } from "./dom.js";
import { Conversation } from "./conversation.js";
import { LiveStep } from "./live.js";
import { events } from "./net.js";
import { chosenTools, ready, temperature } from "./settings.js";

const conversation = new Conversation();
let stopping = null;

export function start() {
  for (const html of conversation.shown) byId("log").append(fromHtml(html));
  scroll(true);
  byId("log").addEventListener("scroll", scrolled);
  offer();
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("request").value.trim();
    if (!text || stopping) return;
    byId("request").value = "";
    const shown = request(text);
    conversation.ask(text, shown.outerHTML);
    byId("log").append(shown);
    answer();
  });
  byId("request").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      byId("ask").requestSubmit();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stopping?.abort();
  });
  byId("stop").addEventListener("click", () => stopping?.abort());
  byId("again").addEventListener("click", answer);
  byId("forget").addEventListener("click", () => {
    stopping?.abort();
    conversation.forget();
    byId("log").replaceChildren();
    say("");
    offer();
    byId("request").focus();
  });
}

function request(text) {
  const label = element("div", { className: "gba-label" }, "request");
  const row = element("div", { className: "gba-row gba-request" }, label, element("div", { className: "gba-text" }, text));
  return element("section", { className: "gba-message" }, row);
}

const say = (text) => { byId("doing").textContent = text; };

// The end stays in view, until one scrolls up, and again once one is back there.
let pinned = true;
let reached = 0;

function scroll(always) {
  const log = byId("log");
  pinned ||= always;
  if (!pinned) return;
  log.scrollTop = log.scrollHeight;
  reached = log.scrollTop;
}

function scrolled() {
  const log = byId("log");
  if (log.scrollTop < reached - 5) pinned = false;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 40) pinned = true;
}

// Which buttons there are; an answer that did not come can be asked for again.
function offer() {
  byId("send").disabled = Boolean(stopping);
  byId("stop").hidden = !stopping;
  byId("again").hidden = Boolean(stopping) || !["user", "tool"].includes(conversation.last?.role);
}

async function answer() {
  stopping = new AbortController();
  conversation.cut();
  offer();
  scroll(true);
  const run = { step: null, ended: false };
  const of = stopping;
  try {
    await Promise.race([ready, new Promise((resolve) => of.signal.addEventListener("abort", resolve))]);
    const body = { messages: conversation.messages, tools: chosenTools(), temperature: temperature() };
    for await (const event of events("/ui/chat", body, of.signal)) {
      if (of.signal.aborted) break;
      take(event, run);
      scroll(false);
    }
    if (!run.ended && !of.signal.aborted) fail("The server went away before the answer was complete.", run);
  } catch (error) {
    if (error.name !== "AbortError") fail(error.message, run);
  }
  if (stopping === of) stopping = null;
  if (of.signal.aborted) stopped(run);
  offer();
}

function take(event, run) {
  const log = byId("log");
  switch (event.type) {
    case "step":
      run.step = new LiveStep();
      log.append(run.step.section);
      say(event.number === 1 ? "The model reads …" : `Step ${event.number} …`);
      break;
    case "thought":
    case "answer":
      run.step.say(event.type, event.text);
      say("");
      break;
    case "tool":
      run.step.tool(event);
      say("");
      break;
    case "arguments":
      run.step.write(event);
      break;
    case "retry":
      run.step.again(event);
      break;
    case "stepped": {
      const made = run.step.complete(event.html);
      run.step = null;
      conversation.add(event.message, made.outerHTML);
      break;
    }
    case "running":
      say(`${event.name} is at work …`);
      break;
    case "result":
      log.append(fromHtml(event.html));
      conversation.add(event.message, event.html);
      say("");
      break;
    case "done":
      run.ended = true;
      say(`${event.context} tokens of context are used.`);
      break;
    case "error":
      run.ended = true;
      fail(event.message, run);
      break;
  }
}

function fail(message, run) {
  run.step?.unfinished();
  run.step = null;
  conversation.cut();
  byId("log").append(element("p", { className: "gba-note", role: "alert" }, message));
  say("The conversation is kept: try again, or ask something else.");
  scroll(true);
}

// What was written stays in the conversation.
function stopped(run) {
  if (!conversation.messages.length) return;
  const written = run.step?.answer.trim() || "(interrupted)";
  run.step?.unfinished();
  conversation.cut();
  if (conversation.last?.role !== "assistant") conversation.add({ role: "assistant", content: written }, run.step?.section.outerHTML);
  run.step = null;
  say("Stopped. What was written stays in the conversation.");
}
