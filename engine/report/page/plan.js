
"use strict";
(function () {
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const element = (id) => document.getElementById(id);
  const fields = ["search", "host", "kind", "op", "reason", "risk"].map(element);
  const [search, host, kind, op, reason, risk] = fields;
  const ROWS = 200;      // at first, and with each "more"
  const HOSTS = 500;     // of a group, once it is unfolded
  const PAIRS = 40000;   // of words of two lines that are compared; longer ones nobody compares by eye
  const WIDE = "(min-width: 60rem)";
  let rows = [];         // what matches: {group, action}
  let shown = 0;
  let last = null;       // the group that the last row is in
  let list = null;       // and its section

  function make(tag, name, text) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function choices(select, values) {
    for (const value of values) {
      const choice = make("option", "", plan.words[value] || value);
      choice.value = value;
      select.append(choice);
    }
  }

  // Hosts of a group are ranges of places in the list of all: [from, to, from, to, …], both of them within.
  function* hostsOf(group) {
    for (let i = 0; i < group.hosts.length; i += 2)
      for (let at = group.hosts[i]; at <= group.hosts[i + 1]; ++at) yield plan.hosts[at];
  }

  function hasHost(group, part) {
    for (const name of hostsOf(group)) if (name.toLowerCase().includes(part)) return true;
    return false;
  }

  function matches(action, word) {
    return (!kind.value || action.kind === kind.value) && (!op.value || action.op === op.value) &&
      (!reason.value || action.reasons.includes(reason.value)) && (!risk.value || action.risks.includes(risk.value)) &&
      (!word || (action.low ||= (action.address + "\n" + action.source + "\n" + action.text).toLowerCase()).includes(word));
  }

  // A text as pieces of [text, is it marked]: what its partner has otherwise. Null where nearly all is another.
  function marked(before, after) {
    const [a, b] = [before, after].map((line) => line.match(/[\p{L}\p{N}_]+| +|[^]/gu) || []);
    if (a.length * b.length > PAIRS) return null;
    const longest = Array.from({length: a.length + 1}, () => new Uint32Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; --i)
      for (let k = b.length - 1; k >= 0; --k)
        longest[i][k] = a[i] === b[k] ? longest[i + 1][k + 1] + a[i].length : Math.max(longest[i + 1][k], longest[i][k + 1]);
    if (3 * longest[0][0] < (before.length + after.length) / 2) return null;
    const pieces = [[], []];
    const add = (side, text, mark) => {
      const last = pieces[side].at(-1);
      if (last && last[1] === mark) last[0] += text;
      else pieces[side].push([text, mark]);
    };
    for (let i = 0, k = 0; i < a.length || k < b.length;) {
      if (i < a.length && k < b.length && a[i] === b[k]) {
        add(0, a[i++], false);
        add(1, b[k++], false);
      } else if (k === b.length || (i < a.length && longest[i + 1][k] >= longest[i][k + 1])) {
        add(0, a[i++], true);
      } else {
        add(1, b[k++], true);
      }
    }
    return pieces;
  }

  function write(into, sign, pieces) {
    if (sign) into.append(sign);
    for (const [text, mark] of pieces) into.append(mark ? make("mark", "", text) : text);
  }

  // The lines of a difference as rows of [line that goes, line that comes, pieces of both, does a run of such begin
  // here]; the same line twice where nothing changes. Lines that go and those that come in their place are partners in
  // their order.
  function pairs(lines) {
    const rows = [];
    for (let i = 0; i < lines.length;) {
      if (lines[i][0] !== "-" && lines[i][0] !== "+") {
        rows.push([lines[i], lines[i++], null, true]);
        continue;
      }
      const gone = [];
      const come = [];
      while (i < lines.length && lines[i][0] === "-") gone.push(lines[i++]);
      while (i < lines.length && lines[i][0] === "+") come.push(lines[i++]);
      for (let k = 0; k < Math.max(gone.length, come.length); ++k) {
        const both = k < gone.length && k < come.length;
        rows.push([gone[k], come[k], both ? marked(gone[k].slice(1), come[k].slice(1)) : null, k === 0]);
      }
    }
    return rows;
  }

  const NAMES = {"+": "add", "-": "gone", "@": "at", " ": "plain"};

  function unified(rows) {
    const all = make("pre");
    let come = [];
    const flush = () => { for (const line of come) all.append(line); come = []; };
    const one = (line, pieces) => {
      const made = make("span", NAMES[line[0]]);
      write(made, line[0] === "@" ? "" : line[0], pieces || [[line[0] === "@" ? line : line.slice(1), false]]);
      return made;
    };
    for (const [before, after, pieces, begins] of rows) {
      if (begins) flush();
      if (before) all.append(one(before, pieces && pieces[0]));
      if (after && after !== before) come.push(one(after, pieces && pieces[1]));
    }
    flush();
    return all;
  }

  function besideOneAnother(rows) {
    const table = make("table");
    const head = make("tr");
    for (const name of ["before", "after"]) {
      const cell = make("th", "", name);
      cell.scope = "col";
      head.append(cell);
    }
    table.append(make("thead"), make("tbody"));
    table.tHead.append(head);
    for (const [before, after, pieces] of rows) {
      const row = table.tBodies[0].insertRow();
      if (before === after && before[0] === "@") {
        const cell = row.insertCell();
        cell.colSpan = 2;
        cell.className = "at";
        cell.textContent = before;
        continue;
      }
      [before, after].forEach((line, side) => {
        const cell = row.insertCell();
        if (line === undefined) return;
        cell.className = NAMES[line[0]];
        write(cell, "", (pieces && pieces[side]) || [[line.slice(1), false]]);
      });
    }
    return table;
  }

  // A difference stands eight columns in, each of its lines with its sign there.
  const isChange = (line) => /^ {8}(\+|-|@@)/.test(line);
  const isAround = (line) => /^ {9}/.test(line);
  // What paths tell stands further out, where attributes stand.
  const PATHS = {"+": "add", "-": "gone", "~": "path"};

  function fill(into, text) {
    const lines = text.split("\n");
    let plain = null;
    for (let at = 0; at < lines.length;) {
      let end = at;
      while (end < lines.length && (isChange(lines[end]) || isAround(lines[end]))) ++end;
      const change = lines.slice(at, end);
      if (!change.some(isChange)) {
        if (plain === null) into.append(plain = make("pre"));
        const told = /^ {6}([~+-]) /.exec(lines[at]);
        plain.append(make("span", told ? PATHS[told[1]] : "plain", lines[at].slice(2) || " "));
        ++at;
        continue;
      }
      const rows = pairs(change.map((line) => line.slice(8)));
      // Of what is new altogether there is one side.
      const both = element("sides").checked && change.some((line) => line[8] === "-");
      into.append(both ? besideOneAnother(rows) : unified(rows));
      plain = null;
      at = end;
    }
  }

  function body(row, details) {
    for (const old of details.querySelectorAll("div")) old.remove();
    const made = make("div", "body");
    fill(made, row.action.text.replace(/\n$/, ""));
    made.tabIndex = 0;
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", "Details of " + row.action.address);
    details.append(made);
  }

  function rowElement(row) {
    const action = row.action;
    const details = make("details", "action");
    const head = make("summary");
    head.append(make("span", "op " + action.op, action.op), make("span", "address", action.address));
    for (const one of action.risks) head.append(make("span", "risk", plan.words[one] || one));
    head.append(make("span", "soft", action.source));
    details.append(head);
    details.addEventListener("toggle", () => { if (details.open && !details.querySelector("div")) body(row, details); });
    details.redraw = () => { if (details.open) body(row, details); };
    return details;
  }

  function sectionElement(group) {
    const section = make("section");
    const hosts = group.label.endsWith(" hosts)") ? "" : " (" + group.count + (group.count === 1 ? " host)" : " hosts)");
    section.append(make("h2", "", group.label + hosts + (group.versions > 1 ? " in " + group.versions + " versions" : "")));
    if (group.count > 1) {
      const details = make("details");
      details.append(make("summary", "", "All hosts"));
      details.addEventListener("toggle", () => {
        if (!details.open || details.childElementCount > 1) return;
        const names = [];
        for (const name of hostsOf(group)) if (names.push(name) === HOSTS) break;
        const rest = group.count - names.length;
        details.append(make("p", "", names.join(", ") + (rest > 0 ? " and " + rest + " more" : "")));
      });
      section.append(details);
    }
    return section;
  }

  function more() {
    const end = Math.min(shown + ROWS, rows.length);
    for (; shown < end; ++shown) {
      const row = rows[shown];
      if (row.group !== last) {
        last = row.group;
        list = sectionElement(last);
        element("groups").append(list);
      }
      list.append(rowElement(row));
    }
    element("more").hidden = shown === rows.length;
    element("more").textContent = "Show more (" + (rows.length - shown) + " left)";
  }

  // What is asked for stands behind the # of the address, so that a link to it can be given.
  function takeAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const value = asked.get(field.id) || "";
      // Nothing is shown of what is not there, rather than everything.
      if (field.options && ![...field.options].some((choice) => choice.value === value)) choices(field, [value]);
      field.value = value;
    }
  }

  function giveAddress() {
    const asked = new URLSearchParams();
    for (const field of fields) if (field.value) asked.set(field.id, field.value);
    const hash = asked.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? "#" + hash : location.pathname);
  }

  function filter() {
    const word = search.value.trim().toLowerCase();
    const part = host.value.trim().toLowerCase();
    rows = [];
    let changes = 0;
    for (const group of plan.groups) {
      if (part && !hasHost(group, part)) continue;
      for (const action of group.actions) {
        if (!matches(action, word)) continue;
        rows.push({group, action});
        changes += group.count;
      }
    }
    element("groups").replaceChildren();
    shown = 0;
    last = list = null;
    element("count").textContent = rows.length + (rows.length === 1 ? " action, " : " different actions, ") +
      changes + " on all hosts together";
    more();
  }

  const seen = (of) => [...new Set(plan.groups.flatMap((group) => group.actions.flatMap(of)))].sort();
  choices(kind, seen((action) => [action.kind]));
  choices(op, seen((action) => [action.op]));
  choices(reason, seen((action) => action.reasons));
  choices(risk, seen((action) => action.risks));
  element("rest").hidden = element("rest").querySelector("pre").textContent.trim() === "";
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { giveAddress(); filter(); }, 80); };
  addEventListener("hashchange", () => { takeAddress(); filter(); });
  for (const field of fields) field.addEventListener("input", soon);
  element("filters").addEventListener("reset", soon);
  element("filters").addEventListener("submit", (event) => event.preventDefault());
  element("more").addEventListener("click", more);
  element("sides").checked = element("sides").defaultChecked = matchMedia(WIDE).matches;
  element("sides").addEventListener("change", () => {
    for (const details of element("groups").querySelectorAll("details.action")) {
      if (details.open) details.redraw();
      else for (const old of details.querySelectorAll("div")) old.remove();
    }
  });
  element("unfold").addEventListener("click", () => {
    for (const details of element("groups").querySelectorAll("details.action")) details.open = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    search.focus();
  });
  takeAddress();
  filter();
})();
