"use strict";

// Everything that the opener says stands after "#?", so it never reaches a server's log.
const asked = new URLSearchParams(location.hash.replace(/^#!?\??/, ""));
const code = asked.get("code") ?? "";
const list = document.getElementById("accounts");
const status = document.getElementById("status");

function say(text, failed = false) {
  status.textContent = text;
  status.classList.toggle("failed", failed);
}

function forwardUrl() {
  try {
    const url = new URL(asked.get("forwardUrl") ?? "");
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

async function approve(account) {
  for (const button of list.querySelectorAll("button")) button.disabled = true;
  const answer = await fetch(`/sandbox/pins/${encodeURIComponent(code)}/approve`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: account.user }),
  }).catch(() => null);
  if (!answer?.ok) {
    say("That did not work: the code is unknown or too old. Please start again.", true);
    return;
  }
  const target = forwardUrl();
  if (target) {
    say(`Signed in as ${account.title}. Going on …`);
    location.assign(target);
  } else {
    list.hidden = true;
    say(`Signed in as ${account.title}. You can close this window.`);
  }
}

function entry(account) {
  const button = document.createElement("button");
  button.type = "button";
  const picture = document.createElement("img");
  picture.src = account.avatar;
  picture.alt = "";
  const text = document.createElement("span");
  const name = document.createElement("strong");
  name.textContent = `Continue as ${account.title}`;
  const note = document.createElement("small");
  note.textContent = account.note;
  text.append(name, note);
  button.append(picture, text);
  button.addEventListener("click", () => approve(account));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

async function begin() {
  const pin = await fetch(`/sandbox/pins/${encodeURIComponent(code)}`).catch(() => null);
  if (!code || !pin?.ok) {
    say("This sign-in link is incomplete or too old. Please start again.", true);
    return;
  }
  const { product } = await pin.json();
  const shown = asked.get("context[device][product]") || product;
  document.getElementById("title").textContent = `Sign in to ${shown}`;
  document.title = `Sign in to ${shown} · Sandbox Plex`;
  const { accounts } = await (await fetch("/sandbox/accounts")).json();
  list.replaceChildren(...accounts.map(entry));
}

begin();
