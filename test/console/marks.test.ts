import { h } from "preact";
import { describe, expect, it } from "vitest";
import { showMarks, withMarks } from "../../lib/console/widgets/marks.ts";

describe("what would turn the direction of what is shown", () => {
  it("is a mark that can be seen, and all else is as it was", () => {
    for (const code of [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069])
      expect(withMarks(`a${String.fromCharCode(code)}b`)).toBe("a[↔]b");
    const others = "שלום مرحبا \u200e\u200f👩‍👧 x";
    expect(withMarks(others)).toBe(others);
  });

  it("is shown so in every element, and handed on as it is to components and in attributes", () => {
    showMarks();
    const turned = "pay\u202e123";
    const own = () => null;
    expect(h("p", { title: turned }, turned, h("b", null, turned)).props).toMatchObject({
      title: turned,
      children: ["pay[↔]123", { props: { children: "pay[↔]123" } }],
    });
    expect((h(own, null, turned).props as { children?: unknown }).children).toBe(turned);
    expect(h("br", null).props.children).toBeUndefined();
  });
});
