/**
 * The one way to speak HTTP with the server: JSON in and out, problems parsed, a lapsed session
 * renewed once. Paths are relative to the page's base ("api/rooms").
 */

export interface FieldError {
  field: string;
  message: string;
}

/** A refusal the server explained (RFC 9457), or `network` when it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly errors: FieldError[] = [],
    readonly retry_after_s: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** An address below the page's base, absolute. */
export function resolve(path: string): string {
  return `${location.origin}${basePath()}/${path.replace(/^\/+/, "")}`;
}

/**
 * The base as a path without a trailing slash: "" at the root, "/party" below it. The server
 * writes it into the page's head; a <base> element would be refused by our own policy.
 */
export function basePath(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="base-path"]');
  return meta?.content ?? "";
}

let renewal: Promise<boolean> | null = null;

/** Renews the session, one request for all who ask at once. False when there is none to renew. */
export function refreshSession(): Promise<boolean> {
  renewal ??= send("POST", "api/auth/refresh", {})
    .then((answer) => answer.ok)
    .catch(() => false)
    .finally(() => {
      renewal = null;
    });
  return renewal;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE" | "PUT";

async function send(method: Method, path: string, body?: unknown, signal?: AbortSignal) {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (method === "GET") init.headers = { accept: "application/json" };
  else {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(body ?? {});
  }
  try {
    return await fetch(resolve(path), init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("network", "The server cannot be reached.", 0);
  }
}

async function problemOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  const text = (key: string) => (typeof body?.[key] === "string" ? (body[key] as string) : null);
  const errors = Array.isArray(body?.errors) ? (body.errors as FieldError[]) : [];
  const wait = typeof body?.retry_after_s === "number" ? body.retry_after_s : null;
  const message = text("message") ?? text("detail") ?? text("title") ?? answer.statusText;
  return new ApiError(
    text("code") ?? `http_${answer.status}`,
    message,
    answer.status,
    errors,
    wait,
  );
}

async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal) {
  let answer = await send(method, path, body, signal);
  if (answer.status === 401) {
    const problem = await problemOf(answer);
    if (problem.code !== "session_expired" || !(await refreshSession())) throw problem;
    answer = await send(method, path, body, signal);
  }
  if (!answer.ok) throw await problemOf(answer);
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal) => request<T>("GET", path, undefined, signal),
  post: <T>(path: string, body?: unknown) => request<T>("POST", path, body),
  put: <T>(path: string, body?: unknown) => request<T>("PUT", path, body),
  patch: <T>(path: string, body?: unknown) => request<T>("PATCH", path, body),
  delete: <T = void>(path: string) => request<T>("DELETE", path),
};

/** A path with its query, leaving out what is empty. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
