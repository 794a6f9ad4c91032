/** The invitation in a link's fragment: taken out of the address bar, kept for this visit. */

const taken = new Map<string, string>();

export function takeInvite(code: string): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get("invite");
  if (found) {
    taken.set(code, found);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return taken.get(code) ?? null;
}
