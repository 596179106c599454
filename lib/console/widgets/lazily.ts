/** What is made when it is asked for first: forms of numbers and dates take a telephone longer than all else that the page begins with. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
