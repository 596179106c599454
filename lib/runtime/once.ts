/** Creates a value on the first call and keeps it: for what a Lambda builds once for all its invocations. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
