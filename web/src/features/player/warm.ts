/**
 * The next pieces of another size, fetched before the player asks for them: a conversion may have
 * to be begun first. The player then finds them in the browser's cache.
 */
import type { Line } from "./line";

const PIECES = 2;

/** Rejects when one does not come. */
export async function warmed(
  playlist: string,
  at_s: number,
  line: Line,
  signal: AbortSignal,
): Promise<void> {
  const text = await (await fetched(playlist, signal)).text();
  const coming = piecesOf(text, playlist).filter((each) => each.start_s > at_s);
  for (const { url } of coming.slice(0, PIECES)) {
    const answer = await fetched(url, signal);
    const first_ms = performance.now();
    const { byteLength: loaded } = await answer.arrayBuffer();
    line.measured({ loaded, first_ms, end_ms: performance.now() }, url);
  }
}

async function fetched(url: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { credentials: "same-origin", signal });
  if (!answer.ok) throw new Error(`http_${answer.status}`);
  return answer;
}

/** A media playlist's pieces: where each is, and where it begins in the film. */
export function piecesOf(playlist: string, url: string): { url: string; start_s: number }[] {
  const pieces: { url: string; start_s: number }[] = [];
  let start_s = 0;
  let duration_s = 0;
  for (const line of playlist.split("\n")) {
    if (line.startsWith("#EXTINF:")) duration_s = Number.parseFloat(line.slice("#EXTINF:".length));
    if (line === "" || line.startsWith("#")) continue;
    pieces.push({ url: new URL(line.trim(), url).href, start_s });
    start_s += duration_s;
  }
  return pieces;
}
