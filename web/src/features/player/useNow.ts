import { useEffect, useRef, useState } from "react";

/** A value that changes with time, read anew every `every_ms`. */
export function useNow<T>(read: () => T, every_ms: number): T {
  const latest = useRef(read);
  const [value, setValue] = useState(read);
  useEffect(() => {
    latest.current = read;
  });
  useEffect(() => {
    const timer = setInterval(() => setValue(latest.current()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return value;
}
