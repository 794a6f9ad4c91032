/** Who of a room has seen a title. */
import { queryOptions } from "@tanstack/react-query";
import { api, withQuery } from "@/lib/api";
import type { SeenBy } from "@/lib/plexTypes";

export const seenQuery = (code: string, server: string, rating_key: string) =>
  queryOptions({
    queryKey: ["seen", code, server, rating_key],
    queryFn: ({ signal }) =>
      api.get<SeenBy>(
        withQuery(`api/rooms/${encodeURIComponent(code)}/seen`, { server, rating_key }),
        signal,
      ),
    retry: false,
    staleTime: 30_000,
  });

type Member = SeenBy["members"][number];

/** Begun and not ended; a minute in counts as begun. */
export const isMidway = (member: Member): boolean =>
  member.seen !== true && (member.view_offset_s ?? 0) >= 60;

/** By how far they are; those of whom nobody knows are left out. */
export function sorted(members: readonly Member[]) {
  const midway = members.filter(isMidway);
  return {
    seen: members.filter((each) => each.seen === true),
    midway,
    not: members.filter((each) => each.seen === false && !midway.includes(each)),
  };
}
