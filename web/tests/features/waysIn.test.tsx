import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { WaysIn } from "@/features/settings/WaysIn";
import { answering, showPage } from "../support/library";

const shown = (linked: { provider: string; username: string }[], password = false) => {
  answering({ "auth/identities": { password, linked } });
  showPage(<WaysIn providers={[{ name: "oidc", label: "Lighthouse" }]} />);
};

test("who signs in with Plex alone reads so, and unlinks it elsewhere", async () => {
  shown([{ provider: "plex", username: "ada" }]);
  expect(await screen.findByText("Linked as ada")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Unlink Plex" })).toBeNull();
  expect(screen.getByRole("button", { name: "Link Lighthouse" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
});

test("a link to what is no longer set up here can still be seen and taken away", async () => {
  shown([{ provider: "github", username: "octocat" }], true);
  expect(await screen.findByText("Linked as octocat")).toBeVisible();
  expect(screen.getByRole("button", { name: "Unlink github" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Change" })).toBeVisible();
});
