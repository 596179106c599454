/** A bug to plant: in a file, one text becomes another. */
export interface Mutant {
  /** Short, unique, and what `--only` takes. */
  readonly name: string;
  readonly file: string;
  /** Must stand in the file exactly once; else the list is out of date, and says so. */
  readonly search: string;
  readonly replace: string;
  /** What would happen to somebody's reports. */
  readonly harm: string;
  /** Test files that see it: asked first, since they take seconds. Without any, the simulation alone is asked. */
  readonly tests?: readonly string[];
  /** The simulation plays nothing of it, and is not asked. */
  readonly isOnlyForTests?: true;
}
