// The page's program. It is the only one that the browser runs here (the page's policy has its hash), and asks nobody for anything.
//
// The matrix becomes a grid as the ARIA Authoring Practices describe it: one stop of the Tab key, the arrows walk from cell to cell,
// Enter opens what is behind one. What is chosen stands in the address, after `#`, so that it can be sent to somebody:
// q text, v verdict, in exercise or check, g group of failures, o order; s submission and c check, whose details are open.
"use strict";
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const byId = (id) => document.getElementById(id);
  const grid = byId("grid");
  if (!grid) return;

  // ---- What is in the page.
  const exerciseHeads = [...grid.querySelectorAll(".exercises th")];
  const checkHeads = [...grid.querySelectorAll(".checks th")].slice(2);
  const checks = checkHeads.map((th) => th.dataset.name);
  const worth = checkHeads.map((th) => Number(th.dataset.points));
  const words = {};
  for (const item of document.querySelectorAll(".legend li")) {
    words[item.firstElementChild.className] = item.lastChild.data.trim();
  }
  const body = grid.tBodies[0];
  const rows = [...body.rows].map((tr, index) => {
    const link = tr.cells[0].firstElementChild;
    return { tr, index, link, key: link.getAttribute("href").slice(3), name: link.textContent, marks: tr.dataset.marks };
  });
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const groupsOf = JSON.parse(byId("groups-of").textContent);
  /** First and last column of an exercise, of a check, or of all. */
  const columnsOf = (name) => {
    if (!name) return [0, checks.length - 1];
    const of = (check) => check === name || check.startsWith(name + "::");
    return [checks.findIndex(of), checks.findLastIndex(of)];
  };
  const exerciseOf = (name) => name.split("::")[0];
  const pieces = (row) => row.pieces ??= row.tr.dataset.pieces.split(" ").map(Number);
  /** The number of the piece for a failed check. */
  const pieceOf = (row, column) => {
    let place = 0;
    for (let at = 0; at <= column; at += 1) place += row.marks[at] === "f" ? 1 : 0;
    return pieces(row)[place];
  };
  /** The groups of failures that a submission has. */
  const groups = (row) => {
    if (row.groups) return row.groups;
    row.groups = new Set();
    let place = 0;
    [...row.marks].forEach((mark, column) => {
      if (mark === "f") row.groups.add(groupsOf[column][pieces(row)[place += 1]]);
    });
    return row.groups;
  };
  const pointsIn = (row, [first, last]) => {
    let sum = 0;
    for (let at = first; at <= last; at += 1) if (row.marks[at] === "p") sum += worth[at];
    return sum;
  };

  // ---- What is chosen.
  const KEYS = ["q", "v", "in", "g", "o", "s", "c"];
  let state = {};
  let shown = rows;
  const parse = (text) => Object.fromEntries(text.split("&").map((part) => {
    const [key, value = ""] = part.split("=", 2);
    try {
      return [key, decodeURIComponent(value)];
    } catch {
      return [key, value];
    }
  }));
  const read = () => {
    const found = parse(location.hash.slice(1));
    return Object.fromEntries(KEYS.map((key) => [key, found[key] ?? ""]));
  };
  const write = (of) => {
    const parts = KEYS.filter((key) => of[key]).map((key) => `${key}=${encodeURIComponent(of[key])}`);
    return parts.length ? `#${parts.join("&")}` : location.pathname + location.search;
  };
  const choose = (change, add = false) => {
    const next = { ...state, ...change };
    // Going back closes details. There is one entry for that, however often some are opened.
    if (add && !history.state?.opened) history.pushState({ opened: true }, "", write(next));
    else history.replaceState(history.state, "", write(next));
    apply(next);
  };
  const apply = (next) => {
    const differs = (...keys) => keys.some((key) => (state[key] ?? "") !== next[key]);
    const [sift, order, details] = [differs("q", "v", "in", "g"), differs("o"), differs("s", "c")];
    state = next;
    if (order) sort();
    if (order || sift) filter();
    if (details) openOrClose();
  };

  // ---- Sorting and filtering.
  const collator = new Intl.Collator(undefined, { numeric: true });
  const BAD_FIRST = "fcsemyp";
  const sort = () => {
    const down = state.o.startsWith("-");
    const by = down ? state.o.slice(1) : state.o;
    const columns = columnsOf(by === "name" || by === "points" ? "" : by);
    const value = by === "name" || !by ? null
      : checks.includes(by) ? (row) => BAD_FIRST.indexOf(row.marks[columns[0]])
      : (row) => pointsIn(row, columns);
    const values = value && new Map(rows.map((row) => [row, value(row)]));
    const compare = values ? (a, b) => values.get(a) - values.get(b) : by ? (a, b) => collator.compare(a.name, b.name) : () => 0;
    rows.sort((a, b) => (down ? -1 : 1) * compare(a, b) || a.index - b.index);
    // Only rows that are not in their place already are moved.
    let next = body.firstElementChild;
    for (const { tr } of rows) {
      if (tr === next) next = next.nextElementSibling;
      else body.insertBefore(tr, next);
    }
    for (const button of grid.querySelectorAll("thead button")) {
      const th = button.parentElement;
      if (button.dataset.by === by) th.setAttribute("aria-sort", down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
  };
  // Which columns are shown is one rule, instead of an attribute for each cell.
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [sheet];
  const showColumns = () => {
    const exercise = exerciseOf(state.in);
    const [first, last] = columnsOf(exercise);
    const place = exerciseHeads.findIndex((th) => th.dataset.name === exercise) + 2;
    const others = (from, first, last) =>
      `#grid ${from} > :nth-child(n+${from === "tr.exercises" ? 2 : 3}):not(:nth-child(n+${first}):nth-child(-n+${last})) { display: none }`;
    sheet.replaceSync(exercise && first >= 0
      ? others("tr:not(.exercises)", first + 3, last + 3) + others("tr.exercises", place, place) : "");
  };
  const filter = () => {
    const text = state.q.toLocaleLowerCase();
    const known = !state.in || columnsOf(state.in)[0] >= 0;
    const [first, last] = known ? columnsOf(state.in) : columnsOf("");
    const group = state.g === "" ? null : Number(state.g);
    const has = {
      "": () => true,
      p: (marks) => [...marks].every((mark) => mark === "p"),
      e: (marks) => /[em]/.test(marks),
    }[state.v] ?? ((marks) => marks.includes(state.v));
    shown = rows.filter((row) => (!text || row.name.toLocaleLowerCase().includes(text))
      && has(row.marks.slice(first, last + 1)) && (group === null || groups(row).has(group)));
    const chosen = new Set(shown);
    for (const row of rows) if (row.tr.hidden === chosen.has(row)) row.tr.hidden = !chosen.has(row);
    body.classList.toggle("none", shown.length === 0);
    showColumns();
    for (const [id, key] of CONTROLS) if (byId(id).value !== state[key]) byId(id).value = state[key];
    byId("shown").textContent = shown.length === rows.length ? `${rows.length} submissions` : `${shown.length} of ${rows.length} submissions`;
    stop(at ?? cell(0, 0));
  };
  const CONTROLS = [["f-text", "q"], ["f-mark", "v"], ["f-in", "in"], ["f-cause", "g"]];
  for (const group of document.querySelectorAll(".group")) {
    const [count, words] = group.firstElementChild.children;
    byId("f-cause").add(new Option(`${parseInt(count.textContent, 10)} × ${words.textContent}`, group.dataset.group));
  }
  const form = document.querySelector(".controls");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => choose(Object.fromEntries(CONTROLS.map(([id, key]) => [key, byId(id).value]))));
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    choose({ q: "", v: "", in: "", g: "", o: "" });
  });

  // ---- The grid: names for every cell, and one of them that Tab stops at.
  const label = (row) => {
    if (row.isNamed) return;
    row.isNamed = true;
    row.tr.setAttribute("role", "row");
    const cells = row.tr.cells;
    cells[0].setAttribute("role", "rowheader");
    cells[1].setAttribute("role", "gridcell");
    const grade = { p: "", f: "", y: ", not graded to the end yet", e: ", no grade: trouble of the grader" }[row.tr.dataset.mark];
    cells[1].setAttribute("aria-label", `${pointsIn(row, [0, checks.length - 1])} points${grade}`);
    checks.forEach((check, column) => {
      const td = cells[column + 2];
      td.setAttribute("role", "gridcell");
      td.setAttribute("aria-label", `${check}: ${words[row.marks[column]]}`);
    });
  };
  const labelRest = (deadline) => {
    let row = labelled;
    while (row < rows.length && (deadline.timeRemaining() > 3 || row === labelled)) {
      for (const end = Math.min(row + 20, rows.length); row < end; row += 1) label(all[row]);
    }
    labelled = row;
    if (labelled < all.length) whenIdle(labelRest);
    else grid.dataset.labelled = "yes";
  };
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 10 }), 1));
  const all = [...rows];
  let labelled = 0;

  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-rowcount", String(rows.length + 3));
  for (const part of grid.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
  for (const tr of grid.tHead.rows) tr.setAttribute("role", "row");
  for (const td of grid.tHead.querySelectorAll("td")) td.setAttribute("role", "gridcell");
  for (const th of grid.tHead.querySelectorAll("th")) {
    th.setAttribute("role", th.scope === "row" ? "rowheader" : "columnheader");
    if (th.scope === "row") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.by = th.dataset.name ?? (th.textContent === "Points" ? "points" : "name");
    button.append(...th.childNodes);
    if (th.dataset.points) button.setAttribute("aria-label", th.dataset.name);
    th.append(button);
  }
  // As high as the longest name needs it, and no higher than the style says.
  const longest = Math.max(...checkHeads.map((th) => th.textContent.length));
  const high = getComputedStyle(document.documentElement).getPropertyValue("--checks");
  document.documentElement.style.setProperty("--checks", `min(${high}, ${longest * 0.5 + 1.5}rem)`);
  for (const th of exerciseHeads) th.style.width = `calc(var(--cell) * ${th.colSpan})`;
  for (const row of rows) row.link.tabIndex = -1;
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("thead button");
    if (button) {
      const by = button.dataset.by;
      // Names and faults begin at the beginning, points with the most.
      const first = by === "name" || checks.includes(by) ? by : `-${by}`;
      const second = first.startsWith("-") ? by : `-${by}`;
      choose({ o: state.o === first ? second : first });
      return stop(button);
    }
    const td = event.target.closest("tbody td");
    if (td) show(td);
  });
  /** The cell that Tab stops at. */
  let at = null;
  const stop = (next) => {
    if (!next) return;
    if (at && at !== next) at.tabIndex = -1;
    at = next;
    at.tabIndex = 0;
    // It may be in a row that is not shown.
    if (at.closest("tr").hidden || at.closest("th, td").checkVisibility?.() === false) {
      const other = cell(0, 0) ?? cell(-1, 0);
      if (other !== at) stop(other);
    }
  };
  const columns = () => {
    const [first, last] = columnsOf(exerciseOf(state.in ?? ""));
    const from = first < 0 ? 0 : first;
    const to = first < 0 ? checks.length - 1 : last;
    return [0, 1, ...Array.from({ length: to - from + 1 }, (_, index) => from + index + 2)];
  };
  /** What has the focus in a cell: rows from 0, the names of checks are -1 and those of exercises -2. */
  const cell = (row, column) => {
    if (row === -2) return column < 2 ? null : exerciseHeads.find((th) => th.dataset.name === exerciseOf(checks[column - 2])).firstElementChild;
    if (row === -1) return grid.querySelector(".checks").cells[column].firstElementChild;
    const td = shown[row]?.tr.cells[column];
    return column === 0 ? td?.firstElementChild : td;
  };
  const placeOf = (element) => {
    const td = element.closest("th, td");
    const tr = td.parentElement;
    if (tr.matches(".exercises")) return [-2, columnsOf(td.dataset.name)[0] + 2];
    return [tr.matches(".checks") ? -1 : shown.findIndex((row) => row.tr === tr), td.cellIndex];
  };
  const walk = (key, fast) => {
    const visible = columns();
    let [row, column] = placeOf(at);
    const last = shown.length - 1;
    const beside = (by) => {
      if (row > -2) return visible[Math.max(0, Math.min(visible.length - 1, visible.indexOf(column) + by))];
      const next = exerciseHeads.indexOf(at.parentElement) + by;
      const th = exerciseHeads[next];
      return th?.checkVisibility() ? columnsOf(th.dataset.name)[0] + 2 : column;
    };
    if (key === "ArrowRight") column = beside(1);
    else if (key === "ArrowLeft") column = beside(-1);
    else if (key === "ArrowDown") row = Math.min(last, row + 1);
    else if (key === "ArrowUp") row = Math.max(column < 2 ? -1 : -2, row - 1);
    else if (key === "PageDown") row = Math.min(last, row + 10);
    else if (key === "PageUp") row = Math.max(Math.min(row, 0), row - 10);
    else if (key === "Home") [row, column] = [fast ? Math.min(0, last) : row, row === -2 && !fast ? visible[2] : 0];
    else if (key === "End") [row, column] = [fast ? last : row, visible.at(-1)];
    else return false;
    const next = cell(row, column);
    if (next) {
      if (row >= 0) label(shown[row]);
      stop(next);
      next.focus();
    }
    return true;
  };
  grid.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || !at) return;
    if (walk(event.key, event.ctrlKey)) event.preventDefault();
    else if ((event.key === "Enter" || event.key === " ") && event.target.matches("tbody td, tbody a")) {
      event.preventDefault();
      show(event.target);
    }
  });
  grid.addEventListener("focusin", (event) => {
    if (event.target.matches("button, a, td")) stop(event.target);
  });

  // ---- Unpacking.
  const blobs = new Map();
  for (const script of document.querySelectorAll("script[data-series]")) {
    const series = Number(script.dataset.series);
    if (!blobs.has(series)) blobs.set(series, []);
    blobs.get(series).push({ first: Number(script.dataset.first), script });
  }
  /** One piece of a series, as markup that the grader has written. */
  const unpack = async (series, number) => {
    const blob = blobs.get(series).findLast(({ first }) => first <= number);
    blob.pieces ??= (async () => {
      const bytes = Uint8Array.from(atob(blob.script.textContent), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return (await new Response(stream).text()).split("\0");
    })();
    return (await blob.pieces)[number - blob.first];
  };
  const problem = (error) => {
    const p = document.createElement("p");
    p.className = "note warn";
    p.textContent = `This cannot be unpacked: ${error}. A newer browser is needed (DecompressionStream).`;
    return p;
  };

  // ---- Details.
  const dialog = byId("details");
  const page = byId("d-body");
  let opener = null;
  let isOpen = false;
  let turn = 0;
  /** The column of the check that was looked at last. */
  let lastCheck = -1;
  const current = () => byKey.get(encodeURIComponent(state.s).replaceAll("'", "%27"));
  const show = (element) => {
    const [, column] = placeOf(element);
    const tr = element.closest("tr");
    const row = rows.find((row) => row.tr === tr);
    opener = element;
    stop(element.matches("a") || column > 0 ? element : row.link);
    choose({ s: decodeURIComponent(row.key), c: column > 1 ? checks[column - 2] : "" }, true);
  };
  const openOrClose = () => {
    const row = state.s ? current() : null;
    if (!row) {
      dialog.close();
      giveBack();
      return;
    }
    if (!dialog.open) {
      opener ??= document.activeElement === document.body ? null : document.activeElement;
      dialog.showModal();
      isOpen = true;
      document.documentElement.classList.add("opened");
    }
    const isSame = dialog.dataset.row === String(row.index);
    if (!isSame) fill(row);
    else if (state.c) reveal(state.c);
  };
  const fill = async (row) => {
    turn += 1;
    const mine = turn;
    lastCheck = -1;
    dialog.dataset.row = row.index;
    delete dialog.dataset.ready;
    byId("d-title").textContent = row.name;
    byId("d-title").title = row.name;
    const place = shown.indexOf(row);
    byId("d-before").disabled = place <= 0;
    byId("d-after").disabled = place < 0 || place === shown.length - 1;
    let markup = "";
    try {
      markup = await unpack(checks.length, pieces(row)[0]);
    } catch (error) {
      if (mine === turn) page.replaceChildren(problem(error));
      return;
    }
    if (mine !== turn) return;
    page.innerHTML = markup;
    page.parentElement.scrollTop = 0;
    if (!state.c || !reveal(state.c)) byId("d-title").focus();
    dialog.dataset.ready = "yes";
  };
  /** Opens a check, and says whether there is one. */
  const reveal = (check) => {
    const item = [...page.querySelectorAll("li[data-check]")].find((item) => item.dataset.check === check);
    if (!item) return false;
    lastCheck = checks.indexOf(check);
    const details = item.querySelector("details");
    if (details) details.open = true;
    const target = item.querySelector("summary") ?? item;
    if (target === item) item.tabIndex = -1;
    target.focus({ preventScroll: true });
    item.scrollIntoView({ block: "start" });
    return true;
  };
  const fillCheck = async (details) => {
    const [series, number] = [Number(details.dataset.series), Number(details.dataset.piece)];
    const part = document.createElement("div");
    details.append(part);
    try {
      part.innerHTML = await unpack(series, number);
      const figure = part.querySelector(".ladder");
      if (figure) draw(figure, await unpack(checks.length + 1 + series, Number(figure.dataset.piece)));
    } catch (error) {
      part.replaceChildren(problem(error));
    }
    const group = groupsOf[series][number];
    const others = rows.filter((row) => groups(row).has(group)).length - 1;
    if (others > 0 && byId(`g${group}`)) {
      const p = document.createElement("p");
      const link = document.createElement("a");
      link.href = `#g${group}`;
      link.textContent = others === 1 ? "One more submission" : `${others} more submissions`;
      p.append(link, others === 1 ? " fails for the same reason." : " fail for the same reason.");
      part.append(p);
    }
    details.dataset.ready = "yes";
  };
  /** The drawing is a picture of its own, so nothing in it can reach the page; the same as a list is for those who cannot see it. */
  const draw = (figure, piece) => {
    const end = piece.indexOf("</svg>") + 6;
    const image = new Image();
    image.alt = "A sequence diagram, time running downwards. The same stands below it in words.";
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(piece.slice(0, end))}`;
    const frame = document.createElement("div");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "The conversation, drawn");
    frame.append(image);
    const words = document.createElement("details");
    words.innerHTML = `<summary>The conversation in words</summary>${piece.slice(end)}`;
    figure.append(frame, words);
  };
  page.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.open || details.dataset.series === undefined) return;
    if (!details.childNodes[1]) fillCheck(details);
    const check = details.parentElement.dataset.check;
    lastCheck = checks.indexOf(check);
    if (state.c !== check) {
      state.c = check;
      history.replaceState(history.state, "", write(state));
    }
  }, true);
  const step = (by) => {
    const next = shown[shown.indexOf(current()) + by];
    if (next) choose({ s: decodeURIComponent(next.key), c: "" });
  };
  byId("d-before").addEventListener("click", () => step(-1));
  byId("d-after").addEventListener("click", () => step(1));
  const leave = () => choose({ s: "", c: "" });
  byId("d-close").addEventListener("click", leave);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) leave();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("close", () => {
    // A browser may close it without asking.
    if (!isOpen || dialog.open) return;
    giveBack();
    leave();
  });
  /** Gives the focus back when the details are closed. */
  const giveBack = () => {
    if (!isOpen) return;
    isOpen = false;
    document.documentElement.classList.remove("opened");
    const row = rows.find((row) => String(row.index) === dialog.dataset.row);
    const from = opener;
    opener = null;
    turn += 1;
    delete dialog.dataset.row;
    if (from?.isConnected && !grid.contains(from)) from.focus();
    else if (row) {
      // Where the reader has got to, which need not be where the details were opened.
      const column = from?.closest("tr") === row.tr ? from.closest("th, td").cellIndex : lastCheck < 0 ? 0 : lastCheck + 2;
      stop(column === 0 ? row.link : row.tr.cells[column]);
      at.focus();
    }
  };

  // ---- Groups, and links within the page.
  document.querySelector(".groups").addEventListener("toggle", (event) => {
    const group = event.target;
    if (!group.open || group.dataset.filled) return;
    group.dataset.filled = "yes";
    const byIndex = all;
    for (const list of group.querySelectorAll(".names")) {
      list.replaceChildren(...list.dataset.rows.split(" ").map((index) => {
        const { key, name } = byIndex[Number(index)];
        const link = document.createElement("a");
        link.href = `#s=${key}&c=${encodeURIComponent(list.dataset.check)}`;
        link.append(Object.assign(document.createElement("bdi"), { textContent: name }));
        return link;
      }));
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Show these in the matrix";
    button.addEventListener("click", () => {
      choose({ q: "", v: "", in: "", g: group.dataset.group });
      byId("matrix").scrollIntoView();
      at.focus({ preventScroll: true });
    });
    group.append(button);
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = link.getAttribute("href").slice(1);
    if (target.startsWith("s=")) {
      event.preventDefault();
      const { s, c = "" } = parse(target);
      opener = link;
      choose({ s, c }, true);
      return;
    }
    const part = byId(target);
    if (!part) return;
    // What is chosen stays in the address.
    event.preventDefault();
    if (dialog.open) {
      opener = part.querySelector("summary");
      leave();
    }
    if (part.matches("details")) part.open = true;
    part.scrollIntoView();
    (part.querySelector("summary") ?? at)?.focus({ preventScroll: true });
  });
  const again = () => apply(read());
  addEventListener("popstate", again);
  // The page stays where it is when details are closed by going back.
  history.scrollRestoration = "manual";
  state = Object.fromEntries(KEYS.map((key) => [key, ""]));
  filter();
  again();
  whenIdle(labelRest);
});
