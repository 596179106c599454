import { options } from "preact";

const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** A text in which what would turn the direction of what is shown is a mark that can be seen, and turns nothing. */
export const withMarks = (text: string): string => text.replace(TURNING, "[↔]");

/** Shows such marks wherever a text stands on the page: whoever writes a report must not turn round what is said beside it. */
export function showMarks(): void {
  const before = options.vnode;
  options.vnode = (node) => {
    const props = node.props as { children?: unknown };
    const { children } = props;
    const shown = (child: unknown) => (typeof child === "string" ? withMarks(child) : child);
    // Elements alone: a component may do something else with a text than show it.
    if (typeof node.type === "string")
      props.children = Array.isArray(children) ? children.map(shown) : shown(children);
    before?.(node);
  };
}
