import { Autocomplete, TextInput } from "@mantine/core";
import { type KeyboardEvent, useEffect, useState } from "react";

/** A text filter: it is asked for when typing pauses, or at Enter. */
export function Typed<Name extends string>({
  field,
  label,
  placeholder,
  search,
  set,
  width,
  visible = false,
  offered,
}: {
  field: Name;
  label: string;
  placeholder?: string;
  search: URLSearchParams;
  set: (field: Name, value: string | null) => void;
  width?: number;
  visible?: boolean;
  /** What is offered while typing; anything else may be typed, too. */
  offered?: string[];
}) {
  const given = search.get(field) ?? "";
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text === given) return;
    const timer = setTimeout(() => set(field, text), 350);
    return () => clearTimeout(timer);
  });
  const props = {
    size: "xs",
    ...(visible ? { label } : { "aria-label": label, title: label }),
    ...(width ? { w: width } : {}),
    ...(placeholder ? { placeholder } : {}),
    value: text,
    onKeyDown: (event: KeyboardEvent) => event.key === "Enter" && set(field, text),
  } as const;
  return offered ? (
    <Autocomplete {...props} data={offered} onChange={setText} />
  ) : (
    <TextInput {...props} onChange={(event) => setText(event.currentTarget.value)} />
  );
}
