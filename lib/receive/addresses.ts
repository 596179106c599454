import { BlockList, isIP } from "node:net";

/** Tells whether an address is one of those that may push; all are, where none are listed. */
export type IsAllowed = (address: string) => boolean;

/** From addresses and ranges, comma separated (the form is checked in lib/runtime/config.ts). Throws for a range that is none. */
export function allowedAddresses(list: string | undefined): IsAllowed {
  if (list === undefined) return () => true;
  const allowed = new BlockList();
  for (const entry of list.split(",").map((text) => text.trim())) {
    const [address = "", length] = entry.split("/");
    const family = familyOf(address);
    if (length === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(length), family);
  }
  return (address) => isIP(address) > 0 && allowed.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
