import { PlexReportPage } from "@/features/admin/PlexReportPage";

export function AdminRoute() {
  return <PlexReportPage />;
}
