import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { OctagonX } from "lucide-react";
import { type ComponentProps, lazy, Suspense } from "react";
import type { ShellData } from "./shell.tsx";

const Form = lazy(async () => ({ default: (await import("./stop-form.tsx")).StopForm }));

/** The emergency stop, two clicks away on every page. */
export function StopButton({ shell }: { shell: ShellData }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button color="red.9" size="compact-sm" leftSection={<OctagonX size={15} aria-hidden />} onClick={open}>
        Stop
      </Button>
      <Modal opened={opened} onClose={close} title="Emergency stop" centered>
        {opened && <StopForm workspace={shell.workspace} onDone={close} />}
      </Modal>
    </>
  );
}

/** The inside of the stop's dialog, loaded when it is first opened: no page waits for it. */
export function StopForm(props: ComponentProps<typeof Form>) {
  return (
    <Suspense fallback={<Text size="sm">Loading …</Text>}>
      <Form {...props} />
    </Suspense>
  );
}
