// A module of its own, so that it can be loaded by itself.
export { NumberInput as default } from "@mantine/core";
