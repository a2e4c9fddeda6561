// The messages of the conversation and how each was shown. They are this tab's: the server keeps nothing.

const KEY = "gba-conversation";

export class Conversation {
  constructor() {
    this.messages = [];
    this.shown = [];
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(KEY) ?? "{}"));
    } catch {
      sessionStorage.removeItem(KEY);
    }
  }

  get last() {
    return this.messages.at(-1);
  }

  add(message, html) {
    this.messages.push(message);
    if (html) this.shown.push(html);
    this.save();
  }

  // A second request in a row joins the first, which had no answer.
  ask(text, html) {
    if (this.last?.role === "user") {
      this.last.content += `\n\n${text}`;
      this.shown.push(html);
      this.save();
    } else {
      this.add({ role: "user", content: text }, html);
    }
  }

  // Calls whose results did not come are taken back.
  cut() {
    const have = new Set(this.messages.map((message) => message.call_id));
    const at = this.messages.findIndex((message) => message.calls?.some((call) => !have.has(call.id)));
    if (at >= 0) this.messages.length = at;
    this.save();
  }

  forget() {
    this.messages = [];
    this.shown = [];
    this.save();
  }

  save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ messages: this.messages, shown: this.shown }));
    } catch {
      // it is too long to be kept over a reload; it goes on in this tab
    }
  }
}
