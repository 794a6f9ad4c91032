/**
 * The next pieces of another size, fetched before the player asks for them: a conversion may have
 * to be begun first. The player then finds them in the browser's cache.
 */
import type { Line } from "./line";

/** hls.js begins another size up to 4 s and a piece ahead; it needs what begins before that. */
const FAR_ENOUGH_S = 8;

/**
 * Resolves when all that comes up is there. The first piece may take seconds, in which the film
 * goes on: what has been passed meanwhile is left out. Rejects when a piece does not come.
 */
export async function warmed(
  playlist: string,
  place_s: () => number,
  line: Line,
  signal: AbortSignal,
): Promise<void> {
  const text = await (await fetched(playlist, signal)).text();
  for (const { url, start_s } of piecesOf(text, playlist)) {
    if (start_s <= place_s()) continue;
    if (start_s > place_s() + FAR_ENOUGH_S) return;
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
