/** Small things kept on this device: theme, last name, volume. Refused storage is not an error. */

const PREFIX = "watchtogether.";

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Private windows may refuse; then nothing is remembered.
  }
}

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}
