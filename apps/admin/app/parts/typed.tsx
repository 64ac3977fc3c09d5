import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

/** A text filter: it is asked for when typing pauses, or at Enter. */
export function Typed<Name extends string>({
  field,
  label,
  placeholder,
  search,
  set,
  width,
  visible = false,
}: {
  field: Name;
  label: string;
  placeholder?: string;
  search: URLSearchParams;
  set: (field: Name, value: string | null) => void;
  width?: number;
  visible?: boolean;
}) {
  const given = search.get(field) ?? "";
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text === given) return;
    const timer = setTimeout(() => set(field, text), 350);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      size="xs"
      {...(visible ? { label } : { "aria-label": label })}
      {...(width ? { w: width } : {})}
      {...(placeholder ? { placeholder } : {})}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && set(field, text)}
    />
  );
}
