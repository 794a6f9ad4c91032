/** Dark or light: the system's wish unless somebody chose. `public/theme.js` applies it at load. */
import { keep, kept } from "./kept";

export type ThemeChoice = "system" | "dark" | "light";

export function themeChoice(): ThemeChoice {
  const choice = kept("theme");
  return choice === "dark" || choice === "light" ? choice : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  keep("theme", choice === "system" ? null : choice);
  applyTheme();
}

export function applyTheme(): void {
  const choice = themeChoice();
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  const theme = choice === "system" ? (light ? "light" : "dark") : choice;
  document.documentElement.dataset.theme = theme;
}
