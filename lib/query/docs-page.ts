/** The page at `/docs`: lists what `/openapi.json` describes, with a form to try it. It loads nothing from elsewhere. */
export function docsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Omnilog</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  details { border: 1px solid #ccc; border-radius: 6px; padding: .5rem 1rem; margin: .5rem 0; }
  summary { font-weight: 600; cursor: pointer; }
  form { display: grid; grid-template-columns: 12rem 1fr; gap: .4rem 1rem; margin: 1rem 0; align-items: center; }
  input, select, button { font: inherit; padding: .2rem .4rem; }
  form small { grid-column: 2; color: #555; }
  pre { background: #f4f4f4; padding: 1rem; overflow: auto; max-height: 30rem; white-space: pre-wrap; }
</style>
<h1>Omnilog</h1>
<p>The archive of an Infobip account's delivery reports. Described in <a href="openapi.json">openapi.json</a>.</p>
<p><label>Authorization <input id="authorization" size="50" placeholder="Basic … or App …"></label>
<label>Accept <select id="accept"></select></label></p>
<main id="operations"></main>
<script type="module">
const api = await (await fetch("openapi.json")).json();
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const first = Object.values(api.paths)[0].get;
for (const type of Object.keys(first.responses[200].content)) accept.append(element("option", { value: type }, type));
for (const [path, { get }] of Object.entries(api.paths)) {
  const output = element("pre");
  const form = element("form");
  for (const { name, description, schema } of get.parameters) {
    const input = element("input", { name, id: path + name, placeholder: schema.enum?.join(" | ") ?? "" });
    form.append(element("label", { htmlFor: path + name }, name), input, element("small", {}, description ?? ""));
  }
  form.append(element("span"), element("button", {}, "Ask"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const headers = { accept: accept.value };
    if (authorization.value) headers.authorization = authorization.value;
    const answer = await fetch(path.slice(1) + (query.size ? "?" + query : ""), { headers });
    output.textContent = answer.status + " " + answer.statusText + "\\n\\n" + await answer.text();
  });
  operations.append(element("details", {}, element("summary", {}, "GET " + path), element("p", {}, get.summary), form, output));
}
</script>
</html>
`;
}
