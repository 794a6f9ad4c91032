import { useEffect, useState } from "react";

/** Whether something has been so for `for_ms` without a break. */
export function useLasting(so: boolean, for_ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!so) return;
    const timer = setTimeout(() => setLasting(true), for_ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [so, for_ms]);
  return lasting;
}
