import { useEffect } from "preact/hooks";
import { Icon } from "../../widgets/icons.tsx";
import { Coming, Empty, Failed } from "../../widgets/states.tsx";
import { Clients } from "./clients.tsx";
import { Quarantine } from "./quarantine.tsx";
import { Sources } from "./sources.tsx";
import { type Health, health, healthFault, loadHealth, worriesOf } from "./standing.ts";

const POLL_MS = 10_000;

/** The state of Omnilog itself: whether everything arrives, and is compared, settled and fetched. */
export function HealthView() {
  useEffect(() => {
    const off = new AbortController();
    loadHealth(off.signal);
    const timer = setInterval(() => document.hidden || loadHealth(off.signal), POLL_MS);
    return () => {
      off.abort();
      clearInterval(timer);
    };
  }, []);
  return (
    <div class="overview">
      <header class="overview-head">
        <h1>Health</h1>
      </header>
      {healthFault.value && <NoHealth />}
      {!health.value && !healthFault.value && <Coming />}
      {health.value && <Standing found={health.value} />}
    </div>
  );
}

function NoHealth() {
  const fault = healthFault.value;
  if (!fault) return null;
  if (fault.status === 404) return <Empty title="This Omnilog does not tell of its health." />;
  return <Failed fault={fault} retry={loadHealth} />;
}

function Standing({ found }: { readonly found: Health }) {
  const worries = worriesOf(found);
  return (
    <>
      <div class={worries.length > 0 ? "verdict-box late" : "verdict-box good"} role="status">
        <Icon name={worries.length > 0 ? "warning" : "check"} />
        {worries.length === 0 ? (
          <p>
            {found.quarantine
              ? "All is well: nothing is late, in doubt or in quarantine."
              : "All is well: reports come in."}
          </p>
        ) : (
          <ul>
            {worries.map((worry) => (
              <li key={worry}>{worry}</li>
            ))}
          </ul>
        )}
      </div>
      <div class="panels">
        <Sources found={found} />
        {found.quarantine && <Quarantine />}
        {found.clients && <Clients clients={found.clients} />}
      </div>
    </>
  );
}
