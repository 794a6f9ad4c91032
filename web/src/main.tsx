import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createPageRouter } from "./app/router";
import "./lib/i18n";
import { ApiError } from "./lib/api";
import { applyTheme } from "./lib/theme";
import { Toaster } from "./ui/toast";
import "./ui/tokens.css";

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
      refetchOnWindowFocus: false,
    },
  },
});
const router = createPageRouter(cache);

applyTheme();
matchMedia("(prefers-color-scheme: light)").addEventListener("change", applyTheme);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
          <Toaster />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
