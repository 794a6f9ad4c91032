/** Messages as they are shown: what one person says in a row stands together. Pure. */
import type { Message } from "@/lib/types";
import type { Draft } from "@/room/messages";

export interface Group {
  key: string;
  member_id: string;
  name: string;
  colour: number;
  messages: Message[];
}

const TOGETHER_MS = 5 * 60_000;

/** Groups by author, broken by five minutes of silence. `messages` are in order of `seq`. */
export function groupMessages(messages: readonly Message[]): Group[] {
  const groups: Group[] = [];
  for (const message of messages) {
    const last = groups[groups.length - 1];
    const before = last?.messages[last.messages.length - 1];
    if (
      last &&
      before &&
      last.member_id === message.member_id &&
      message.wall_ms - before.wall_ms < TOGETHER_MS
    ) {
      last.messages.push(message);
    } else {
      const { member_id, name, colour } = message;
      groups.push({ key: message.id, member_id, name, colour, messages: [message] });
    }
  }
  return groups;
}

/** Drafts that are not in the log yet, oldest first. */
export function openDrafts(drafts: readonly Draft[]): Draft[] {
  return [...drafts].sort((a, b) => a.wall_ms - b.wall_ms);
}

/** How many messages of others came after the last one seen. */
export function countUnread(
  messages: readonly Message[],
  seen_seq: number,
  own_id?: string,
): number {
  return messages.filter((each) => each.seq > seen_seq && each.member_id !== own_id).length;
}

/** Cuts a text at its links, which are http and https only. */
export function splitLinks(text: string): { text: string; link: boolean }[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/u)
    .map((part, index) => ({ text: part, link: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}
