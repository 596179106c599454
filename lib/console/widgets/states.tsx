import type { ComponentChildren } from "preact";
import type { Fault } from "../api.ts";
import { Icon } from "./icons.tsx";

/** Shown if there is nothing to show: what that means, and what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Shown after an error; `retry` tries again. */
export function Failed({ fault, retry }: { readonly fault: Fault; readonly retry?: () => void }) {
  const told = Object.entries(fault.violations).map(([name, texts]) => `${name} ${texts.join(", ")}`);
  return (
    <div class="empty" role="alert">
      <p class="empty-title">
        <Icon name="warning" /> {fault.message}
      </p>
      {told.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {retry && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Grey lines as placeholders while loading. */
export function Coming({ lines = 8 }: { readonly lines?: number }) {
  return (
    <div class="coming" role="status">
      <span class="unseen">Loading</span>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class="coming-line" aria-hidden="true" />
      ))}
    </div>
  );
}
