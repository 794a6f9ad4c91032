/** Where one is in the library, as it stands in the address. Pure. */

export type Order = "asc" | "desc";

/** How a section is narrowed and ordered. A filter is `name:value`; several of a name mean "or". */
export interface Listing {
  sort?: string | undefined;
  order?: Order | undefined;
  filter?: readonly string[] | undefined;
}

export interface Place extends Listing {
  section?: string | undefined;
  /** Instead of the titles of the section. */
  view?: "collections" | undefined;
  q?: string | undefined;
}

/** As many as the server combines. */
export const MOST_FILTERS = 12;

const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined;

/** What of an address is a place; anything else in it is ignored. */
export function placeFrom(search: Record<string, unknown>): Place {
  const sort = text(search.sort);
  const given = Array.isArray(search.filter) ? search.filter : [search.filter];
  const filter = given
    .filter((each): each is string => typeof each === "string" && /^[A-Za-z]+:./u.test(each))
    .slice(0, MOST_FILTERS);
  return {
    section: text(search.section),
    view: search.view === "collections" ? "collections" : undefined,
    sort: sort && /^[A-Za-z]{1,40}(\.[A-Za-z]{1,40})?$/.test(sort) ? sort : undefined,
    order: search.order === "asc" || search.order === "desc" ? search.order : undefined,
    filter: filter.length > 0 ? filter : undefined,
    q: text(search.q),
  };
}

export const listingOf = ({ sort, order, filter }: Listing): Listing => ({ sort, order, filter });

/** Whether titles stand in the order of the alphabet, so that letters can be jumped to. */
export const byTitle = ({ sort, order }: Listing): boolean =>
  (sort === undefined || sort === "title" || sort === "titleSort") && order !== "desc";

export const isOn = ({ filter }: Listing, name: string, value: string): boolean =>
  filter?.includes(`${name}:${value}`) ?? false;

/** The values chosen of one filter. */
export const chosenOf = ({ filter }: Listing, name: string): string[] =>
  (filter ?? [])
    .filter((each) => each.startsWith(`${name}:`))
    .map((each) => each.slice(name.length + 1));

/** The same place with one value of a filter on or off. */
export function toggled<T extends Listing>(place: T, name: string, value: string): T {
  const entry = `${name}:${value}`;
  const before = place.filter ?? [];
  const after = before.includes(entry)
    ? before.filter((each) => each !== entry)
    : [...before, entry].slice(0, MOST_FILTERS);
  return { ...place, filter: after.length > 0 ? after : undefined };
}
