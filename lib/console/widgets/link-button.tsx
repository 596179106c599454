import { hrefOf, route } from "../navigation.ts";
import { fixed } from "../route-fixed.ts";
import { CopyButton } from "./buttons.tsx";

/**
 * Copies a link to what is shown. Relative times such as "the last 24 hours" become moments, so that whoever opens it
 * tomorrow sees the same; they still see only what their own client may.
 */
export function LinkButton({
  what = "view",
  isSmall,
}: {
  readonly what?: string;
  readonly isSmall?: boolean;
}) {
  const { origin, pathname } = location;
  const link = () => origin + pathname + hrefOf(fixed(route.value, Date.now()));
  const label = isSmall ? {} : { label: "Link" };
  return <CopyButton text={link} what={`the link to this ${what}`} icon="link" {...label} />;
}
