import { useEffect, useState } from "react";

/** A value that changes with time, read every `every_ms`. */
export function useNow<T>(read: () => T, every_ms: number): T {
  const [value, setValue] = useState(read);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is new at each render and only asked for the present
  useEffect(() => {
    const timer = setInterval(() => setValue(read()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return value;
}
