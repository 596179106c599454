import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Help, isHelpOpen } from "./help.tsx";
import { hrefOf, route } from "./navigation.ts";
import { VIEWS, type View } from "./route.ts";
import { isLikelyIn, loadSession, session, sessionFault, signOut, visitors } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { turnTheme } from "./theme.ts";
import { HealthView } from "./views/health/health.tsx";
import { LiveView } from "./views/live/live.tsx";
import { MessagesView } from "./views/messages/messages.tsx";
import { OverviewView } from "./views/overview/overview.tsx";
import { Announcer } from "./widgets/announcer.tsx";
import { IconButton } from "./widgets/buttons.tsx";
import { Icon } from "./widgets/icons.tsx";
import { Mark } from "./widgets/mark.tsx";
import { Failed } from "./widgets/states.tsx";

const TITLES: Readonly<Record<View, string>> = {
  overview: "Overview",
  messages: "Messages",
  live: "Live",
  health: "Health",
};
const SHOWN = { overview: OverviewView, messages: MessagesView, live: LiveView, health: HealthView };

/** The page: the sign-in or, for whoever is signed in, the view that the URL names. */
export function App() {
  const { view } = route.value;
  useSignalEffect(() => {
    document.title = session.value ? `${TITLES[route.value.view]} · Omnilog` : "Omnilog";
  });
  if (sessionFault.value) return <Failed fault={sessionFault.value} retry={loadSession} />;
  if (session.value === null) return <SignIn />;
  // A returning reader need not wait: the view loads its content while the session is being checked.
  if (session.value === undefined && !isLikelyIn()) return null;
  return (
    <div class="page">
      <button type="button" class="button skip" onClick={skip}>
        Skip to content
      </button>
      <Side />
      {/* Another client's view begins anew. */}
      <Main key={`${view} ${visitors.value}`} view={view} />
      <Announcer />
      {isHelpOpen.value && <Help />}
    </div>
  );
}

function skip(): void {
  document.querySelector<HTMLElement>("main")?.focus();
}

/** The view. A reader who comes from another one starts at its top. */
function Main({ view }: { readonly view: View }) {
  const main = useRef<HTMLElement>(null);
  const View = SHOWN[view];
  useEffect(() => {
    const isThere = main.current?.contains(document.activeElement);
    if (isMoved && !isThere) main.current?.focus({ preventScroll: true });
    isMoved = true;
  }, []);
  return (
    <main ref={main} tabIndex={-1} aria-label={TITLES[view]} class={`view-${view}`}>
      <View />
    </main>
  );
}
let isMoved = false;

function Side() {
  return (
    <header class="side">
      <a class="brand" href={hrefOf({})}>
        <Mark />
        <span>Omnilog</span>
      </a>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a key={view} href={hrefOf({ view })} aria-current={route.value.view === view ? "page" : undefined}>
            <Icon name={view} />
            <span>{TITLES[view]}</span>
          </a>
        ))}
      </nav>
      <div class="who">
        <span class="who-name" title="The client that is signed in">
          {session.value?.client}
        </span>
        <IconButton
          icon="keys"
          label="Keys and words"
          keys="?"
          onClick={() => {
            isHelpOpen.value = true;
          }}
        />
        <IconButton icon="theme" label="Light or dark" onClick={turnTheme} />
        <IconButton icon="leave" label="Sign out" onClick={signOut} />
      </div>
    </header>
  );
}
