/** A source that the browser loads by itself: a file, or a playlist where it knows how. */
import {
  CONFLICT,
  PLAIN_SOURCE,
  REFUSALS,
  type Source,
  type SourceFailure,
  type SourcePorts,
} from "./source";

/** Codes of a `MediaError`. */
const NETWORK = 2;
const NOT_SUPPORTED = 4;
const ANSWER_WITHIN_MS = 5_000;

export function playFile(video: HTMLVideoElement, url: string, ports: SourcePorts): Source {
  const { gone } = ports;
  const failed = async () => {
    const failure = await whyFailed(video.error?.code ?? 0, url, gone);
    if (!gone.aborted) ports.failed(failure);
  };
  const listener = () => void failed();
  video.addEventListener("error", listener);
  video.src = url;
  gone.addEventListener("abort", () => {
    video.removeEventListener("error", listener);
    video.removeAttribute("src");
    video.load();
  });
  return { ...PLAIN_SOURCE, plenty_s: 8 };
}

/** Browsers call a refusal at the very beginning a format that they do not know: it is asked for. */
async function whyFailed(code: number, url: string, gone: AbortSignal): Promise<SourceFailure> {
  if (code === NETWORK) return "unreachable";
  if (code !== NOT_SUPPORTED) return "undecodable";
  const status = await statusOf(url, gone);
  if (status >= 200 && status < 300) return "undecodable";
  return [...REFUSALS, CONFLICT].includes(status) ? "refused" : "unreachable";
}

/** What the server says to its first byte; 0 when it says nothing. */
async function statusOf(url: string, gone: AbortSignal): Promise<number> {
  const late = new AbortController();
  const stop = () => late.abort();
  const timer = setTimeout(stop, ANSWER_WITHIN_MS);
  gone.addEventListener("abort", stop);
  try {
    const answer = await fetch(url, {
      headers: { range: "bytes=0-0" },
      credentials: "same-origin",
      cache: "no-store",
      signal: late.signal,
    });
    void answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
    gone.removeEventListener("abort", stop);
  }
}
