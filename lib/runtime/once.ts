/** Makes a value at the first call and keeps it: what a Lambda builds once for all of its invocations. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
