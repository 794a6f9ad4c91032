/** A table of figures: the first column says of what. It scrolls by itself on a phone. */
export function Figures(props: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}) {
  if (props.rows.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={props.label} tabIndex={0} className="overflow-x-auto">
      <table className="tabular w-full text-sm">
        <thead className="text-faint">
          <tr>
            {props.head.map((each, column) => (
              <th
                key={each}
                scope="col"
                className={`py-2 font-medium ${column ? "pl-4 text-right" : "text-left"}`}
              >
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(([first, ...others]) => (
            <tr key={String(first)} className="border-raised border-t">
              <th scope="row" dir="auto" className="py-2 text-left font-normal">
                {first}
              </th>
              {others.map((each, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                <td key={column} className="py-2 pl-4 text-right text-dim">
                  {each}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
