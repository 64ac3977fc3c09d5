import { createSpotlight } from "@mantine/spotlight";

/** Whether ⌘K is open, and what opens it. */
export const [jumpStore, jump] = createSpotlight();
