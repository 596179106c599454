import { options } from "preact";

const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** Makes characters visible that would change the direction of text, so that they have no effect. */
export const withMarks = (text: string): string => text.replace(TURNING, "[↔]");

/** Does this for all text on the page: the author of a report must not be able to reverse what is next to it. */
export function showMarks(): void {
  const before = options.vnode;
  options.vnode = (node) => {
    const props = node.props as { children?: unknown };
    const { children } = props;
    const shown = (child: unknown) => (typeof child === "string" ? withMarks(child) : child);
    // Only for elements: a component may use a text for something other than showing it.
    if (typeof node.type === "string")
      props.children = Array.isArray(children) ? children.map(shown) : shown(children);
    before?.(node);
  };
}
