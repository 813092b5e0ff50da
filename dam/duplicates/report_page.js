// Everything is done on demand: whatever the number of groups, nothing is done for each when the page opens.
"use strict";

const THEMES = ["system", "light", "dark"];
const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);

// Some browsers keep nothing for a page that is a file, and say so by throwing.
const memory = {
  get() { try { return localStorage.getItem("dam-report-theme"); } catch { return null; } },
  set(theme) { try { localStorage.setItem("dam-report-theme", theme); } catch { /* it lasts as long as the page */ } },
};

function setTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  const name = one("#theme-name");
  if (name) name.textContent = root.dataset.theme ?? "system";
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(root.dataset.theme ?? "system") + 1) % THEMES.length];
  setTheme(theme);
  memory.set(theme);
}

// Groups

const filterOf = (group) => one(`#show-${group.classList[1]}`);
const isShown = (group) => filterOf(group).checked;

function groupBeside(group, forwards) {
  do {
    group = forwards ? group.nextElementSibling : group.previousElementSibling;
  } while (group && !(group.matches(".group") && isShown(group)));
  return group;
}

function currentGroup() {
  const focused = document.activeElement?.closest(".group");
  if (focused) return focused;
  const bar = one(".toolbar").getBoundingClientRect();
  const inSight = document.elementFromPoint(innerWidth / 2, Math.max(bar.bottom, 0) + 40)?.closest(".group");
  // Above the first group nothing is current: going on then means going to the first.
  return inSight && inSight.getBoundingClientRect().top < bar.bottom ? inSight : null;
}

function step(forwards) {
  const current = currentGroup();
  let target = current && groupBeside(current, forwards);
  if (!current) target = [...document.getElementsByClassName("group")].find(isShown);
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

function countShown() {
  let shown = 0, all = 0;
  for (const box of document.querySelectorAll("[data-groups]")) {
    all += Number(box.dataset.groups);
    if (box.checked) shown += Number(box.dataset.groups);
  }
  const [some, total] = [shown, all].map((number) => number.toLocaleString("en"));
  one("#shown").textContent = `${some} of ${total} groups on this page shown`;
}

// Two pictures at once

let compared = { group: null, index: 1 };

const picturesOf = (group) => [...group.querySelectorAll(".picture")];

function fill(pane, picture) {
  const frame = document.createElement("div");
  frame.className = "frame";
  for (const child of one(".frame", picture).children) frame.append(child.cloneNode(true));
  const image = one("img", frame);
  if (image) image.alt = one(".name", picture).textContent;
  pane.replaceChildren(frame, one("figcaption", picture).cloneNode(true));
  delete pane.dataset.turn;
}

function show(index) {
  const pictures = picturesOf(compared.group);
  compared.index = Math.min(Math.max(index, 1), pictures.length - 1);
  const other = pictures[compared.index];
  fill(one("#best"), pictures[0]);
  fill(one("#other"), other);
  one("#turn").closest("label").hidden = !other.dataset.turn;
  one("#compare footer").hidden = pictures.length === 2;
  one("#compare-place").textContent = `${compared.index} of ${pictures.length - 1}`;
  one("#compare-previous").disabled = compared.index === 1;
  one("#compare-next").disabled = compared.index === pictures.length - 1;
  turn();
  fade();
}

function compare(group, index) {
  if (picturesOf(group).length < 2) return;
  compared.group = group;
  show(index);
  view("side");
  one("#compare").showModal();
}

function view(name) {
  one("#compare").dataset.view = name;
  for (const button of document.querySelectorAll("button[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === name));
  }
  fade();
}

function fade() {
  const isOverlay = one("#compare").dataset.view === "overlay";
  const frame = one("#other .frame");
  if (frame) frame.style.opacity = isOverlay ? one("#fade").value / 100 : "";
}

function turn() {
  const how = picturesOf(compared.group)[compared.index].dataset.turn;
  if (how && one("#turn").checked) one("#other").dataset.turn = how;
  else delete one("#other").dataset.turn;
}

// What the user does

const PAGE_KEYS = {
  j: () => step(true), k: () => step(false),
  ArrowRight: () => step(true), ArrowLeft: () => step(false),
  t: nextTheme, "?": () => one("#keys").showModal(),
};

const COMPARE_KEYS = {
  ArrowRight: () => show(compared.index + 1), ArrowLeft: () => show(compared.index - 1),
  j: () => show(compared.index + 1), k: () => show(compared.index - 1),
  s: () => view("side"), o: () => view("overlay"), d: () => view("difference"), t: nextTheme,
};

const CLICKS = {
  "#theme": nextTheme,
  "#help": () => one("#keys").showModal(),
  "#next-group": () => step(true),
  "#previous-group": () => step(false),
  "#compare-next": () => show(compared.index + 1),
  "#compare-previous": () => show(compared.index - 1),
  "button[data-view]": (button) => view(button.dataset.view),
  "button[data-close]": (button) => button.closest("dialog").close(),
  "button.frame": (button) => {
    const group = button.closest(".group");
    compare(group, picturesOf(group).indexOf(button.closest(".picture")));
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
  const open = one("dialog[open]");
  if (!open && event.key === "Enter" && event.target.matches(".group")) {
    event.preventDefault();
    compare(event.target, 1);
    return;
  }
  const keys = open ? (open.id === "compare" ? COMPARE_KEYS : {}) : PAGE_KEYS;
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const button = event.target.closest(selector);
    if (button) { act(button); return; }
  }
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-groups]")) countShown();
  if (event.target.id === "fade") fade();
  if (event.target.id === "turn") turn();
});

// A preview that is damaged gets the sign of one that is missing. Loading does not bubble.
document.addEventListener("error", (event) => {
  if (!event.target.matches?.(".frame img")) return;
  const note = document.createElement("span");
  note.className = "missing";
  note.textContent = "The preview is damaged";
  event.target.replaceWith(note);
}, true);

setTheme(memory.get());
// What the browser kept of an earlier visit (the theme's name, unticked boxes) is told once the page is there.
document.addEventListener("DOMContentLoaded", () => { setTheme(root.dataset.theme); countShown(); });
