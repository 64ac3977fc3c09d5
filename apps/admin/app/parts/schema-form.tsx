import { Button, Select, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { NumberField } from "./number-field.tsx";
import { type Field, fieldsOf, payloadOf, payloadOfJson } from "./schema.ts";

/** What a payload's form holds, and what that means. */
export interface PayloadForm {
  fields: readonly Field[] | undefined;
  /** The text of each field. */
  values: Readonly<Record<string, string>>;
  set: (name: string, value: string) => void;
  /** The payload as JSON, while it is written as such. */
  json: string | undefined;
  setJson: (json: string | undefined) => void;
  means: { payload: unknown } | { fault: string };
}

/** A form for the payload that a JSON Schema describes. Another kind's form is another component: give it a key. */
export function usePayloadForm(schema: unknown): PayloadForm {
  const [fields] = useState(() => fieldsOf(schema));
  const [values, setValues] = useState(() =>
    Object.fromEntries((fields ?? []).map((each) => [each.name, each.initial])),
  );
  const [json, setJson] = useState<string | undefined>(fields ? undefined : "{}");
  return {
    fields,
    values,
    set: (name, value) => setValues((was) => ({ ...was, [name]: value })),
    json,
    setJson,
    means: json !== undefined || !fields ? payloadOfJson(json ?? "") : payloadOf(fields, values),
  };
}

/** The fields of a payload; one of JSON where the schema has no simpler, or where a person prefers it. */
export function PayloadFields({ form }: { form: PayloadForm }) {
  const { fields, json, setJson, means } = form;
  const fault = "fault" in means ? means.fault : undefined;
  if (fields && json === undefined) {
    return (
      <Stack gap="sm">
        {fields.length === 0 && (
          <Text size="sm" className="dim">
            It takes no parameters.
          </Text>
        )}
        {fields.map((field, place) => (
          <PayloadField
            key={field.name}
            field={field}
            first={place === 0}
            value={form.values[field.name] ?? ""}
            onChange={(value) => form.set(field.name, value)}
          />
        ))}
        {fields.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            style={{ alignSelf: "start" }}
            onClick={() => setJson(JSON.stringify("payload" in means ? means.payload : {}, null, 2))}
          >
            Write the payload as JSON
          </Button>
        )}
      </Stack>
    );
  }
  return (
    <Stack gap={4}>
      <Textarea
        label="Payload (JSON)"
        data-autofocus
        classNames={{ input: "mono" }}
        autosize
        minRows={3}
        maxRows={16}
        spellCheck={false}
        value={json ?? "{}"}
        onChange={(event) => setJson(event.currentTarget.value)}
        error={fault}
      />
      {fields && (
        <Button size="compact-xs" variant="subtle" style={{ alignSelf: "start" }} onClick={() => setJson(undefined)}>
          Back to the fields
        </Button>
      )}
    </Stack>
  );
}

function PayloadField({
  field,
  first,
  value,
  onChange,
}: {
  field: Field;
  /** Whether a dialog that opens begins here. */
  first: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const { type, label, description, required, min, max } = field;
  const common = {
    label,
    required,
    value,
    ...(description ? { description } : {}),
    ...(first ? { "data-autofocus": true } : {}),
  };
  switch (type) {
    case "number":
    case "integer":
      return (
        <NumberField
          {...common}
          allowDecimal={type === "number"}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          onChange={(next) => onChange(String(next))}
        />
      );
    case "boolean":
      return (
        <Select
          {...common}
          data={[
            { value: "true", label: "yes" },
            { value: "false", label: "no" },
          ]}
          value={value === "" ? null : value}
          clearable={!required}
          allowDeselect={!required}
          onChange={(next) => onChange(next ?? "")}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={field.choices.map((choice) => ({ value: choice, label: choice.replace(/^"(.*)"$/, "$1") }))}
          value={value === "" ? null : value}
          clearable={!required}
          allowDeselect={!required}
          searchable={field.choices.length > 10}
          onChange={(next) => onChange(next ?? "")}
        />
      );
    case "list":
      return (
        <Textarea
          {...common}
          description={["One a line.", description].filter(Boolean).join(" ")}
          classNames={{ input: "mono" }}
          autosize
          minRows={2}
          maxRows={12}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "json":
      return (
        <Textarea
          {...common}
          description={["As JSON.", description].filter(Boolean).join(" ")}
          classNames={{ input: "mono" }}
          autosize
          minRows={2}
          maxRows={12}
          spellCheck={false}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <Textarea
          {...common}
          autosize
          minRows={1}
          maxRows={12}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
