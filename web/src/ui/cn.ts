import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

/** Class names joined; the later of two that contradict wins. */
export const cn = (...classes: ClassValue[]) => twMerge(clsx(classes));
