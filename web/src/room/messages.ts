/** Messages of the room as this page keeps them. Pure. */
import type { Message } from "@/lib/types";

/** A message of one's own that the server has not settled yet. */
export interface Draft {
  id: string;
  text: string;
  reply_to: string | null;
  position_s: number | null;
  wall_ms: number;
  failed: boolean;
}

/** Messages by `seq`, each once; a later version of the same message replaces the earlier one. */
export function mergeMessages(known: readonly Message[], more: readonly Message[]): Message[] {
  const byId = new Map(known.map((each) => [each.id, each]));
  for (const each of more) byId.set(each.id, each);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** The same messages, those that were deleted without their words. */
export function withoutText(messages: Message[], deleted: readonly string[]): Message[] {
  const gone = new Set(deleted);
  return messages.map((each) => (gone.has(each.id) ? { ...each, text: null } : each));
}
