import type { NotificationData } from "@mantine/notifications";

/** Tells in a corner of the page what was done. Loaded when there is something to tell, like what draws it (root.tsx). */
export async function tell(what: NotificationData): Promise<void> {
  const { notifications } = await import("@mantine/notifications");
  notifications.show(what);
}
