const KEY = "omnilog-theme";

/** As the reader left it; otherwise as the system is. */
export function applyTheme(): void {
  const chosen = read();
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** The other of the two, here and from now on. */
export function turnTheme(): void {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Where the browser keeps nothing, it holds as long as the page.
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
