// Asks the server. What it refuses is an Error with its message; where it is gone, `gone` of the error is true.

function failed(message, gone) {
  return Object.assign(new Error(message), { gone });
}

async function request(path, body, signal) {
  const options = { signal };
  if (body !== undefined) {
    Object.assign(options, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw failed("The server does not answer.", true);
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw failed(told.error?.message ?? `The server answers with ${response.status}.`, false);
}

export async function ask(path, body) {
  return (await request(path, body)).json();
}

// Each event as it comes. Ends without a word where the connection breaks: the last event tells whether it was complete.
export async function* events(path, body, signal) {
  const reader = (await request(path, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  while (true) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return;
    }
    if (piece.done) return;
    held += piece.value;
    let end;
    while ((end = held.indexOf("\n\n")) >= 0) {
      const block = held.slice(0, end);
      held = held.slice(end + 2);
      if (block.startsWith("data: ")) yield JSON.parse(block.slice(6));
    }
  }
}
