import type { NumberInputProps } from "@mantine/core";
import { type ComponentType, lazy, Suspense } from "react";

// Mantine's component takes bigint as well; no page here has one.
const NumberInput = lazy(
  async () => (await import("./number-input.ts")) as unknown as { default: ComponentType<NumberInputProps<number>> },
);

/** A field for a number. It stands in dialogs, so it is loaded when one is first opened: no page waits for it. */
export function NumberField(props: NumberInputProps<number>) {
  return (
    <Suspense fallback={<div style={{ height: "3.6rem" }} />}>
      <NumberInput {...props} />
    </Suspense>
  );
}
