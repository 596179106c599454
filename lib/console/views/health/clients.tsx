import { writeCount } from "../../widgets/numbers.ts";
import { Scrolling } from "../../widgets/scrolling.tsx";
import { writeLength } from "../../widgets/times.tsx";
import type { ClientLag } from "./standing.ts";

/** The clients that fetch reports from here, and how far behind they are. */
export function Clients({ clients }: { readonly clients: readonly ClientLag[] }) {
  return (
    <section class="panel wide">
      <h2>Clients that pull reports</h2>
      {clients.length === 0 ? (
        <p class="quiet">Nobody pulls reports from here yet.</p>
      ) : (
        <Scrolling label="Clients">
          <table>
            <thead>
              <tr>
                {["Client", "Source", "Pages to read", "Behind", "Kept for"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {clients.map(({ client, source, pages, lagSeconds, secondsLeft }) => (
                <tr key={`${client} ${source}`}>
                  <th scope="row">{client}</th>
                  <td>{source}</td>
                  <td>{writeCount(pages)}</td>
                  <td>{pages === 0 ? "up to date" : writeLength(lagSeconds * 1_000)}</td>
                  <td>{secondsLeft === undefined ? "–" : writeLength(secondsLeft * 1_000)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </section>
  );
}
