// Keeps an open page up to date: with the files, as they are saved, and with what its reader chooses.
//
// The server makes every page; this only fetches one and puts in what is other than before. Each state of the page is an
// address, so without this script links and forms do the same, more slowly.

const parser = new DOMParser();
const status = document.getElementById("status");
const served = new Map(); // what the server last sent for each part, which is not always what stands there now
let turn = 0; // the newest thing to be shown: an answer to an older one is left
let owed = false; // whether the frames show an older email, since what would have painted a newer one was left

for (const part of document.querySelectorAll("[data-part]")) served.set(part.id, part.innerHTML);

// ---------------------------------------------------------------- what is shown

/** Show the page at an address; with `fresh`, its email is fetched and painted before the rest of the page. */
async function show(address, { fresh = true, said = "" } = {}) {
  const mine = ++turn;
  const url = new URL(address, location.href);
  owed ||= fresh;
  if (owed && frames().length && !url.searchParams.get("view")) {
    const email = await fetched(`/email${url.search}`);
    if (mine !== turn) return;
    if (email?.ok) paint(email.text, url, email.version);
    owed = !email;
  }
  const answer = await fetched(url);
  if (mine !== turn) return;
  if (!answer) return lost();
  const page = parser.parseFromString(answer.text, "text/html");
  if (answer.status === 404) return tell("This file is no longer there.", true);
  if (!page.querySelector("[data-part]")) return tell("Something went wrong. The terminal of the preview says what.", true);
  if (page.body.dataset.run !== document.body.dataset.run) return location.reload();
  put(page);
  const problem = document.querySelector("#problems .problem");
  const where = problem?.querySelector(".place")?.textContent ?? problem?.querySelector("h3").textContent;
  if (problem) tell(`There is an error: ${where}`, true);
  else if (said) tell(said);
  else if (status.classList.contains("bad")) tell("");
}

async function fetched(address) {
  try {
    const answer = await fetch(address);
    return { ok: answer.ok, status: answer.status, version: answer.headers.get("X-Version"), text: await answer.text() };
  } catch {
    return null; // nobody answers
  }
}

function put(page) {
  document.title = page.title;
  if (page.body.dataset.address) history.replaceState(null, "", page.body.dataset.address);
  Object.assign(document.body.dataset, page.body.dataset);
  for (const part of page.querySelectorAll("[data-part]:not([data-keep])")) {
    const here = document.getElementById(part.id);
    if (!here || served.get(part.id) === part.innerHTML) continue;
    served.set(part.id, part.innerHTML);
    // Frames stay; only what is in them changes.
    if (part.id === "view" && part.dataset.kind === here.dataset.kind && frames().length) continue;
    if (part.id !== "choices" || !adopted(here, part)) replace(here, part);
    if (part.id === "choices") remember();
  }
  for (const frame of frames()) watchFrame(frame);
  hideView(Boolean(document.querySelector("#problems .problem")));
}

let before = null; // how far all was scrolled when an error took the email's place

/** Hide the last email that could be shown while its place is taken by an error, and show it again where it was. */
function hideView(hidden) {
  const view = document.getElementById("view");
  if (!view || hidden === view.hidden) return;
  const inside = document.getElementById("frames") ?? view.querySelector(".sheet");
  if (hidden) before = { y: scrollY, top: inside?.scrollTop, left: inside?.scrollLeft };
  view.hidden = hidden;
  if (hidden) {
    const { top } = document.getElementById("email").getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) document.getElementById("email").scrollIntoView();
    before.then = scrollY;
    return;
  }
  for (const frame of frames()) fit(frame);
  inside?.scrollTo(before.left, before.top);
  if (scrollY === before.then) scrollTo(scrollX, before.y);
}

/** Put in a part's new content, keeping the focus, what is unfolded, and how far it is scrolled. */
function replace(here, part) {
  const focused = here.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...here.querySelectorAll("details[open]")].map((one) => one.id);
  const sheet = here.querySelector(".sheet");
  const scrolled = sheet && part.dataset.kind === here.dataset.kind ? sheet.scrollTop : 0;
  here.innerHTML = part.innerHTML;
  if (part.dataset.kind) here.dataset.kind = part.dataset.kind;
  here.toggleAttribute("data-keep", false);
  for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
  const later = here.querySelector(".sheet");
  if (later) later.scrollTop = scrolled;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Give the form's controls the values of another form, where both have the same controls: nobody is stopped typing. */
function adopted(here, part) {
  const shape = (form) => [...form.querySelectorAll("input, select, option, .bad")]
    .map((one) => `${one.tagName} ${one.id} ${one.tagName === "OPTION" ? one.value : one.className}`).join("\n");
  if (shape(here) !== shape(part)) return false;
  for (const theirs of part.querySelectorAll("input, select")) {
    const ours = theirs.id ? document.getElementById(theirs.id) : here.querySelector(`[name="${theirs.name}"]`);
    if (ours === document.activeElement && ours.matches("input:not([type=radio], [type=checkbox])")) continue;
    if (ours.matches("[type=radio], [type=checkbox]")) ours.checked = theirs.checked;
    else ours.value = theirs.value;
  }
  return true;
}

// ---------------------------------------------------------------- the email's frames

const loaded = new WeakSet();
const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const frame = frames().find((one) => one.contentDocument === entry.target.ownerDocument);
    if (frame) fit(frame);
  }
});

function frames() {
  return [...document.querySelectorAll("#frames iframe")];
}

function watchFrame(frame) {
  if (loaded.has(frame)) return;
  const ready = () => {
    if (frame.contentDocument?.location.pathname !== "/email") return;
    loaded.add(frame);
    sizes.observe(frame.contentDocument.documentElement);
    fit(frame);
  };
  frame.addEventListener("load", ready);
  if (frame.contentDocument?.readyState === "complete") ready();
}

/** Make a frame as tall as its email, so that all of them are scrolled together. */
function fit(frame) {
  const root = frame.contentDocument?.documentElement;
  if (!root) return;
  const waiting = [...root.querySelectorAll("img[src]")].some((image) => !image.complete);
  const height = Math.max(root.offsetHeight, root.ownerDocument.body?.scrollHeight ?? 0) + 2;
  // While pictures are on their way, an email is shorter than it will be: what is scrolled to stays where it is.
  if (waiting && height < frame.offsetHeight) return;
  frame.style.height = `${height}px`;
}

/** Put an email into all frames at once, without loading them anew: nothing flashes, and nothing scrolls. */
function paint(html, url, version) {
  for (const frame of frames()) {
    const inside = frame.contentDocument;
    if (!loaded.has(frame) || !inside?.documentElement) {
      frame.src = `/email${url.search}`;
      continue;
    }
    const scrolled = inside.scrollingElement?.scrollTop ?? 0;
    sizes.unobserve(inside.documentElement);
    // By the frame's own parser: under this page's policy the email's styles are complained of, one by one.
    const page = new inside.defaultView.DOMParser().parseFromString(html, "text/html");
    inside.replaceChild(inside.adoptNode(page.documentElement), inside.documentElement);
    for (const image of inside.images) image.addEventListener("load", () => fit(frame));
    sizes.observe(inside.documentElement);
    fit(frame);
    if (inside.scrollingElement) inside.scrollingElement.scrollTop = scrolled;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => { document.body.dataset.painted = version; }));
}

// ---------------------------------------------------------------- what the reader does

function go(address, options) {
  if (new URL(address, location.href).href !== location.href) history.pushState(null, "", address);
  return show(location.href, options);
}

/** The address that says what the form says, with what is usual left out. */
function chosen() {
  const form = document.getElementById("choices");
  const query = new URLSearchParams();
  const given = new URLSearchParams(location.search);
  const switched = form.elements.was.value !== form.elements.persona.value;
  for (const control of form.querySelectorAll("[name]:not([name=was])")) {
    const { name, value } = control;
    if (control.matches("[type=radio], [type=checkbox]") && !control.checked) continue;
    if (name.startsWith("value.")) {
      // A value is part of the address once it is another than the persona's; another persona brings its own.
      if (!switched && (given.has(name) || value !== served.get(control.id))) query.set(name, value);
    } else if (value && value !== { mode: "light", view: "email" }[name]) query.set(name, value);
  }
  // The form may still be that of the lesson before, whose successor is on its way.
  if (given.has("lesson")) query.set("lesson", given.get("lesson"));
  return `/?${query}`;
}

/** Remember what the server gave each of the reader's values, which is the persona's unless the address has another. */
function remember() {
  for (const control of document.querySelectorAll("[name^='value.']")) served.set(control.id, control.value);
}

let typing = 0;
document.addEventListener("input", (event) => {
  if (event.target.form?.id !== "choices" || !event.target.name.startsWith("value.")) return;
  clearTimeout(typing);
  typing = setTimeout(() => go(chosen()), 150);
});
document.addEventListener("change", (event) => {
  if (event.target.form?.id === "choices" && event.target.checkValidity()) go(chosen());
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "choices") {
    event.preventDefault();
    go(chosen());
  } else if (event.target.action.endsWith("/send-test")) {
    event.preventDefault();
    send(event.target);
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/?']");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("frames")?.scrollTo({ top: 0 });
  go(link.getAttribute("href"));
});
addEventListener("popstate", () => show(location.href));

document.getElementById("timeline")?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const links = [...document.querySelectorAll("#timeline a")];
  const here = links.indexOf(document.activeElement);
  if (!step || here < 0 || event.metaKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  links[here + step]?.focus();
});

async function send(form) {
  const button = form.querySelector("button");
  const place = document.getElementById("sent");
  button.setAttribute("aria-disabled", "true");
  place.textContent = "Sending…";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = parser.parseFromString(await answer.text(), "text/html");
    const said = page.getElementById("sent") ?? page.querySelector("main p");
    place.replaceChildren(...(said ? [...document.importNode(said, true).childNodes] : ["That did not work."]));
  } catch {
    place.textContent = "The preview does not answer, so nothing is known of the test.";
  }
  button.removeAttribute("aria-disabled");
}

// ---------------------------------------------------------------- news

function tell(text, bad = false) {
  status.classList.toggle("bad", bad);
  status.textContent = text;
}

function lost() {
  tell("The preview does not answer. Start it again, and this page goes on by itself.", true);
}

let news = null;
function listen() {
  news = new EventSource("/events");
  news.addEventListener("hello", (event) => {
    const { run, version, checked } = JSON.parse(event.data);
    const known = document.body.dataset;
    if (run !== known.run) location.reload(); // the preview was started anew
    else if (String(version) !== known.version) show(location.href, { said: updated() });
    else if (String(checked) !== known.checked) show(location.href, { fresh: false });
    else if (status.classList.contains("bad") && !document.querySelector("#problems .problem")) tell("");
  });
  news.addEventListener("changed", () => show(location.href, { said: updated() }));
  news.addEventListener("findings", () => show(location.href, { fresh: false, said: status.textContent }));
  news.onerror = lost;
}

function updated() {
  return `Updated at ${new Date().toLocaleTimeString("en-GB")}.`;
}

// A browser opens few connections to one place: a tab that nobody sees gives its own up, and catches up later.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) news?.close();
  else listen();
});
if (!document.hidden) listen();
remember();
for (const frame of frames()) watchFrame(frame);
hideView(Boolean(document.querySelector("#problems .problem")));
document.querySelector("#timeline [aria-current]")?.scrollIntoView({ block: "nearest" });
