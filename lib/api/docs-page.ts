/**
 * The page at `/docs`: lists the endpoints of `/openapi.json`, with a form to try each. It loads nothing from other
 * sites.
 */
export function docsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Omnilog</title>
<style>${STYLE}</style>
<h1>Omnilog</h1>
<p>The archive of an Infobip account's delivery reports. Described in <a href="openapi.json">openapi.json</a>.</p>
<p><label>Authorization <input id="authorization" placeholder="Basic … or App …" autocomplete="off"></label>
<label>Accept <select id="accept"></select></label></p>
<p id="fault" role="alert"></p>
<main id="operations"></main>
<script type="module">${SCRIPT}</script>
</html>
`;
}

/** On narrow screens everything is stacked, and nothing is wider than the screen, however long it is. */
const STYLE = `
  *, ::before, ::after { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  details { border: 1px solid #ccc; border-radius: 6px; padding: .5rem 1rem; margin: .5rem 0; }
  summary { font-weight: 600; cursor: pointer; }
  form { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: .4rem 1rem; margin: 1rem 0; align-items: center; }
  input, select, button { font: inherit; padding: .2rem .4rem; max-width: 100%; }
  input { width: 100%; }
  button { justify-self: start; }
  form small, form button { grid-column: 2; }
  form small { color: #555; }
  pre { background: #f4f4f4; padding: 1rem; overflow: auto; max-height: 30rem; white-space: pre-wrap; }
  pre:empty, #fault:empty { display: none; }
  #fault, pre.bad { border-left: 4px solid #b00; padding-left: 1rem; }
  @media (max-width: 40rem) {
    form { grid-template-columns: minmax(0, 1fr); }
    form small, form button { grid-column: 1; }
  }
`;

/**
 * With `credentials: "omit"` the browser does not open its own password dialog on a 401, for which the page would have
 * to wait. The request contains what is in the page's own field.
 */
const SCRIPT = `
const GIVE_UP_AFTER_MS = 60_000;
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const ask = (path, headers = {}) =>
  fetch(path, { headers, credentials: "omit", signal: AbortSignal.timeout(GIVE_UP_AFTER_MS) });
const why = (error) => "No answer: " + (error.name === "TimeoutError" ? "it took too long." : error.message);

function show(output, text, isBad) {
  output.textContent = text;
  output.className = isBad ? "bad" : "";
}

async function submit(path, form, output, button) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const headers = { accept: accept.value };
  if (authorization.value) headers.authorization = authorization.value.trim();
  // Never leave the answer to an earlier question on the page.
  show(output, "Asking …", false);
  button.disabled = true;
  try {
    const answer = await ask(path.slice(1) + (query.size ? "?" + query : ""), headers);
    show(output, answer.status + " " + answer.statusText + "\\n\\n" + await answer.text(), !answer.ok);
  } catch (error) {
    show(output, why(error), true);
  }
  button.disabled = false;
}

function operation(path, get) {
  const output = element("pre", { ariaLive: "polite" });
  const form = element("form");
  for (const { name, description, schema = {} } of get.parameters ?? []) {
    const input = element("input", { name, id: path + name, placeholder: schema.enum?.join(" | ") ?? "" });
    form.append(element("label", { htmlFor: path + name }, name), input, element("small", {}, description ?? ""));
  }
  const button = element("button", {}, "Ask");
  form.append(button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(path, form, output, button);
  });
  const parts = [element("p", {}, get.summary ?? ""), form, output];
  return element("details", {}, element("summary", {}, "GET " + path), ...parts);
}

try {
  const api = await (await ask("openapi.json")).json();
  const gets = Object.entries(api.paths).filter(([, { get }]) => get);
  const types = new Set(gets.flatMap(([, { get }]) => Object.keys(get.responses[200]?.content ?? {})));
  for (const type of types) accept.append(element("option", { value: type }, type));
  for (const [path, { get }] of gets) operations.append(operation(path, get));
} catch (error) {
  fault.textContent = "The description could not be read. " + why(error);
}
`;
