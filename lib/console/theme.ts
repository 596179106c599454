const KEY = "omnilog-theme";

/** As the reader chose it; otherwise that of the system. */
export function applyTheme(): void {
  const chosen = read();
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** Switches to the other theme, and remembers it. */
export function turnTheme(): void {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage in the browser, it holds as long as the page does.
  }
  dispatchEvent(new Event("themechange"));
}

function read(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
