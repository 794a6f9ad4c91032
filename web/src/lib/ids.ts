/** Ids made here: for commands and for messages under way. */

/** 128 random bits in hex. `crypto.randomUUID` is missing on plain-HTTP addresses. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
}
