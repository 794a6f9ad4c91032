/** What goes beside the film, from below its ticket: for everybody, guests too. */
import { queryOptions } from "@tanstack/react-query";
import { ApiError } from "@/lib/api";
import type { Chapter, Marker } from "@/lib/plexTypes";

export interface Marks {
  chapters: Chapter[];
  markers: Marker[];
}

/** Below a ticket nothing is refused for who one is, so that no session needs renewing. */
export async function besideFilm(address: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(address, { credentials: "same-origin", signal });
  if (!answer.ok) throw new ApiError(`http_${answer.status}`, answer.statusText, answer.status);
  return answer;
}

/** `stream` is the address below which the film is streamed; null while there is none. */
export const marksQuery = (stream: string | null) =>
  queryOptions({
    queryKey: ["marks", stream],
    queryFn: async ({ signal }) =>
      (await (await besideFilm(`${stream}/marks`, signal)).json()) as Marks,
    enabled: stream !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 2,
  });

/** A marker is offered until so shortly before its end. */
const LEFT_S = 2;

/** What one may skip at this position. */
export function skippable(marks: Marks | undefined, at_s: number): Marker | null {
  const found = marks?.markers.find((each) => each.start_s <= at_s && at_s < each.end_s - LEFT_S);
  return found ?? null;
}
