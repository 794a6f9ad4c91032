/** The Plex home in the settings, and what the owner is shown of Plex. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { PlexReportPage } from "@/features/admin/PlexReportPage";
import { HomeUsers } from "@/features/settings/HomeUsers";
import type { PlexReport } from "@/lib/plexTypes";
import "@/lib/i18n";
import { answering, showPage } from "../support/library";

afterEach(() => vi.restoreAllMocks());

const KIT = { uuid: "k", title: "Kit", admin: false, restricted: true, protected: true };
const OLIVE = { uuid: "o", title: "Olive", admin: true, restricted: false, protected: false };

test("a PIN is asked for before one sees Plex as somebody who has one", async () => {
  answering({ "plex/home": { users: [OLIVE, KIT], current: null } });
  showPage(<HomeUsers />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Use Plex as Kit" }));
  const sent = vi.mocked(globalThis.fetch);
  sent.mockClear();
  await user.type(screen.getByLabelText("PIN of Kit"), "12a34{Enter}");
  await waitFor(() => expect(sent).toHaveBeenCalled());
  const [address, init] = sent.mock.calls[0] ?? [];
  expect(String(address)).toMatch(/api\/plex\/home\/k$/);
  expect(init).toMatchObject({ method: "PUT", body: '{"pin":"1234"}' });
});

test("who lives alone is asked nothing", async () => {
  const asked = answering({ "plex/home": { users: [OLIVE], current: null } });
  showPage(<HomeUsers />);
  await waitFor(() => expect(asked).toHaveLength(1));
  await waitFor(() => expect(screen.queryByText("Plex home")).toBeNull());
});

const REPORT: PlexReport = {
  servers: [{ id: "m", name: "Attic", owned: true, version: "1.43", link: "relay" }],
  endpoints: [
    { endpoint: "item", calls: 60, failed: 12, failing: 0.2, p50_ms: 41.3, p95_ms: 320.8 },
  ],
  kinds: [
    {
      kind: "item",
      asked: 9,
      fresh: 3,
      unchanged: 1,
      meanwhile: 1,
      shared: 1,
      merged: 1,
      stale: 1,
      missed: 1,
    },
  ],
  hit_rate: 0.888,
  cached_answers: 12,
  cached_items: 300,
  retries: 4,
  hedges: 2,
  breakers_open: 0,
  received_bytes: { library: 1 },
  listened_to: 1,
  changes_heard: 3,
  redis: { status: "not_configured" },
  advice: [
    { code: "server_on_relay", about: { server: "Attic" } },
    { code: "calls_fail", about: { endpoint: "item", share: 0.2 } },
  ],
};

test("the owner reads what to do in words, and the figures in tables", async () => {
  answering({ "admin/plex": REPORT });
  showPage(<PlexReportPage />);
  expect(await screen.findByText(/Attic is reached through Plex's relay only/)).toBeVisible();
  expect(screen.getByText("20 % of the calls for “item” fail. Look into the Plex server's log."));
  expect(screen.getByText("89 %")).toBeVisible();
  const calls = screen.getByRole("row", { name: /item 60/ });
  expect(calls).toHaveTextContent("item6020 %41 ms321 ms");
});

test("when all is well it says so", async () => {
  answering({ "admin/plex": { ...REPORT, advice: [] } });
  showPage(<PlexReportPage />);
  expect(await screen.findByText("Nothing. All is well.")).toBeVisible();
});
