/** What there is to choose from, and which of the files this browser can play (SPEC STR-9). */
import { useQuery } from "@tanstack/react-query";
import type { Stream } from "./stream";
import { fetchWays, playableHere } from "./way";

export function useWays(stream: Stream | null) {
  const listed = useQuery({
    queryKey: ["ways", stream?.url],
    queryFn: async ({ signal }) => {
      const { url, item, key } = stream as Stream;
      const ways = await fetchWays(url, signal);
      return { ways, files: await playableHere(ways.files), item, key };
    },
    enabled: stream !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
    // Another ticket, or another sound, of the same item: a menu that is open stays as it is.
    placeholderData: (before) => (before?.item === stream?.item ? before : undefined),
  });
  const known = stream !== null ? listed.data : undefined;
  return {
    /** To be shown. */
    ways: known?.ways ?? null,
    /** To be asked with: of this very stream. */
    known: known && known.key === stream?.key ? known : null,
    failed: stream !== null && listed.isError,
    again: () => void listed.refetch(),
  };
}
